//go:build cgo

#include "shim.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#if H5_VERSION_GE(1, 10, 2)
#define SHIM_V18 H5F_LIBVER_V18
#define SHIM_V110 H5F_LIBVER_V110
#else
#define SHIM_V18 H5F_LIBVER_LATEST
#define SHIM_V110 H5F_LIBVER_LATEST
#endif

// libhdf5 keeps its own process-wide state and is not everywhere built to be used by
// several threads, so the lock for it stands here beside it.
static pthread_mutex_t library = PTHREAD_MUTEX_INITIALIZER;

// The error text of the last failing call on this thread, kept because the calls
// that clean up after a failure clear the library's own error stack.
static _Thread_local char saved[512];

// A Go program ends without C's exit handlers unless it is built with the race detector. The
// library's own would then touch again what a full disk has made it give up, and crash. Every
// file is closed by whoever opened it, so there is nothing that a handler has to do. This comes
// before the library's first call, which packages make while they are initialised.
__attribute__((constructor)) static void no_exit_handler(void) { H5dont_atexit(); }

void shim_enter(void) {
	pthread_mutex_lock(&library);
	// The error stack and the switch that keeps it from being printed belong to the thread.
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	saved[0] = 0;
}

void shim_leave(void) { pthread_mutex_unlock(&library); }

static herr_t first_reason(unsigned n, const H5E_error2_t *e, void *data) {
	char *buffer = data;
	(void)n;
	if (buffer[0] == 0 && e->desc != NULL) {
		strncpy(buffer, e->desc, sizeof saved - 1);
		buffer[sizeof saved - 1] = 0;
	}
	return 0;
}

static void save(void) {
	if (saved[0] == 0) H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first_reason, saved);
}

static int fail(void) {
	save();
	return -1;
}

size_t shim_error(char *buffer, size_t n) {
	save(); // for calls made by others on this thread, such as gonum's
	size_t len = strlen(saved);
	if (len >= n) len = n - 1;
	memcpy(buffer, saved, len);
	buffer[len] = 0;
	saved[0] = 0;
	H5Eclear2(H5E_DEFAULT);
	return len;
}

int shim_create_file(const char *path) {
	int err = -1;
	hid_t file = -1, list = H5Pcreate(H5P_FILE_ACCESS);
	// A superblock and a root group with checksums. The superblock of 1.10 has them too, but a
	// file whose writer died would have to be repaired before anybody opens it.
	if (list >= 0 && H5Pset_libver_bounds(list, SHIM_V18, H5F_LIBVER_LATEST) >= 0)
		file = H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, list);
	if (file >= 0) err = H5Fclose(file) < 0 ? -1 : 0;
	if (err < 0) save();
	if (list >= 0) H5Pclose(list);
	return err;
}

int shim_new_format(hid_t file) {
	// Everything new has the format of HDF5 1.10, which has checksums everywhere, in the index of
	// chunks too; small groups are some hundred bytes instead of kilobytes, attributes may be larger than 64 KB.
	return H5Fset_libver_bounds(file, SHIM_V110, H5F_LIBVER_LATEST) < 0 ? fail() : 0;
}

int shim_flush(hid_t file) { return H5Fflush(file, H5F_SCOPE_GLOBAL) < 0 ? fail() : 0; }

int shim_close_on_exec(hid_t file) {
#ifdef F_SETFD
	int *descriptor = NULL;
	if (H5Fget_vfd_handle(file, H5P_DEFAULT, (void **)&descriptor) < 0 || descriptor == NULL) return fail();
	return fcntl(*descriptor, F_SETFD, FD_CLOEXEC);
#else
	(void)file;
	return 0; // there is no fork either
#endif
}

int shim_close_objects(hid_t file) {
	unsigned kinds = H5F_OBJ_DATASET | H5F_OBJ_GROUP | H5F_OBJ_DATATYPE | H5F_OBJ_ATTR | H5F_OBJ_LOCAL;
	ssize_t n = H5Fget_obj_count(file, kinds);
	if (n < 0) return fail();
	if (n == 0) return 0;
	hid_t *ids = malloc((size_t)n * sizeof *ids);
	if (ids == NULL) return -1;
	n = H5Fget_obj_ids(file, kinds, (size_t)n, ids);
	for (ssize_t i = 0; i < n; i++) H5Oclose(ids[i]);
	for (ssize_t i = 0; i < n; i++)
		if (H5Iis_valid(ids[i]) > 0 && H5Iget_type(ids[i]) == H5I_ATTR) H5Aclose(ids[i]);
	free(ids);
	return 0;
}

// A growing list of names.
typedef struct {
	char *data;
	size_t n, capacity;
} names;

static int append(names *l, const char *data, size_t n) {
	if (l->n + n > l->capacity) {
		size_t capacity = 2 * l->capacity + n + 256;
		char *p = realloc(l->data, capacity);
		if (p == NULL) return -1;
		l->data = p;
		l->capacity = capacity;
	}
	memcpy(l->data + l->n, data, n);
	l->n += n;
	return 0;
}

static char letter(H5L_type_t type) {
	switch (type) {
	case H5L_TYPE_HARD: return 'h';
	case H5L_TYPE_SOFT: return 's';
	case H5L_TYPE_EXTERNAL: return 'x';
	default: return 'u';
	}
}

static herr_t each_link(hid_t group, const char *name, const H5L_info_t *info, void *data) {
	(void)group;
	char head[1 + sizeof(long long)];
	long long order = info->corder_valid ? (long long)info->corder : -1;
	head[0] = letter(info->type);
	memcpy(head + 1, &order, sizeof order);
	if (append(data, head, sizeof head) < 0 || append(data, name, strlen(name) + 1) < 0) return -1;
	return 0;
}

int shim_list(hid_t group, char **out, size_t *n) {
	names l = {0};
	// In the file's own order: sorting is done better outside, and libhdf5 1.10 crashes
	// when it sorts the links of a damaged group.
	if (H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, each_link, &l) < 0) {
		save();
		free(l.data);
		return -1;
	}
	*out = l.data;
	*n = l.n;
	return 0;
}

// shim_link_kind is 0 if there is no such link, else its letter.
int shim_link_kind(hid_t group, const char *name) {
	htri_t there = H5Lexists(group, name, H5P_DEFAULT);
	if (there < 0) return fail();
	if (there == 0) return 0;
	H5L_info_t info;
	if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return fail();
	return letter(info.type);
}

int shim_link_target(hid_t group, const char *name, char **out, size_t *n) {
	H5L_info_t info;
	if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return fail();
	size_t size = info.u.val_size;
	char *p = calloc(1, size + 1);
	if (p == NULL) return -1;
	if (H5Lget_val(group, name, p, size, H5P_DEFAULT) < 0) {
		save();
		free(p);
		return -1;
	}
	*out = p;
	*n = strlen(p);
	return 0;
}

int shim_link_soft(hid_t group, const char *target, const char *name) {
	return H5Lcreate_soft(target, group, name, H5P_DEFAULT, H5P_DEFAULT) < 0 ? fail() : 0;
}

int shim_copy(hid_t object, hid_t group, const char *name) {
	return H5Ocopy(object, ".", group, name, H5P_DEFAULT, H5P_DEFAULT) < 0 ? fail() : 0;
}

int shim_unlink(hid_t group, const char *name) { return H5Ldelete(group, name, H5P_DEFAULT) < 0 ? fail() : 0; }

void shim_free(void *p) { free(p); }

int shim_open(hid_t group, const char *name, shim_object *out) {
	out->id = H5Oopen(group, name, H5P_DEFAULT);
	if (out->id < 0) return fail();
	H5I_type_t type = H5Iget_type(out->id);
	out->kind = type == H5I_GROUP ? 0 : type == H5I_DATASET ? 1 : 2;
	H5O_info_t info;
	if (H5Oget_info2(out->id, &info, H5O_INFO_BASIC) < 0) {
		save();
		H5Oclose(out->id);
		return -1;
	}
	out->address = (unsigned long long)info.addr;
	return 0;
}

// shim_create_group makes a group; an ordered one remembers the order in which its links were made.
hid_t shim_create_group(hid_t group, const char *name, int ordered) {
	hid_t plist = H5P_DEFAULT, id = -1;
	if (ordered && (plist = H5Pcreate(H5P_GROUP_CREATE)) < 0) return fail();
	// Leaves rarely have more items than this; beyond it a group needs an index of its own.
	if (!ordered || (H5Pset_link_creation_order(plist, H5P_CRT_ORDER_TRACKED) >= 0 && H5Pset_link_phase_change(plist, 64, 48) >= 0))
		id = H5Gcreate2(group, name, H5P_DEFAULT, plist, H5P_DEFAULT);
	if (id < 0) save();
	if (ordered) H5Pclose(plist);
	return id;
}

int shim_close(hid_t id) {
	herr_t err;
	switch (H5Iget_type(id)) {
	case H5I_ATTR: err = H5Aclose(id); break;
	case H5I_DATATYPE: err = H5Tclose(id); break;
	default: err = H5Oclose(id); break;
	}
	return err < 0 ? fail() : 0;
}

int shim_describe(hid_t type, shim_type *out) {
	memset(out, 0, sizeof *out);
	out->class_ = H5Tget_class(type);
	if (out->class_ < 0) return fail();
	out->size = H5Tget_size(type);
	if (out->size == 0) return fail();
	switch (out->class_) {
	case H5T_INTEGER:
	case H5T_BITFIELD:
		out->is_signed = out->class_ == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2;
		out->big = H5Tget_order(type) == H5T_ORDER_BE;
		out->plain = (out->size == 1 || out->size == 2 || out->size == 4 || out->size == 8) &&
		             H5Tget_precision(type) == 8 * out->size && H5Tget_offset(type) == 0 &&
		             (H5Tget_order(type) == H5T_ORDER_LE || H5Tget_order(type) == H5T_ORDER_BE);
		break;
	case H5T_FLOAT:
		out->big = H5Tget_order(type) == H5T_ORDER_BE;
		out->plain = H5Tequal(type, H5T_IEEE_F64LE) > 0 || H5Tequal(type, H5T_IEEE_F64BE) > 0 ||
		             H5Tequal(type, H5T_IEEE_F32LE) > 0 || H5Tequal(type, H5T_IEEE_F32BE) > 0;
		break;
	case H5T_STRING: {
		htri_t variable = H5Tis_variable_str(type);
		if (variable < 0) return fail();
		out->variable = variable > 0;
		out->utf8 = H5Tget_cset(type) == H5T_CSET_UTF8;
		out->pad = H5Tget_strpad(type);
		break;
	}
	case H5T_COMPOUND:
	case H5T_ENUM:
		out->members = H5Tget_nmembers(type);
		if (out->members < 0) return fail();
		break;
	case H5T_ARRAY:
		out->rank = H5Tget_array_ndims(type);
		if (out->rank < 0 || out->rank > SHIM_MAX_RANK || H5Tget_array_dims2(type, out->dims) < 0) return fail();
		break;
	}
	return 0;
}

hid_t shim_super(hid_t type) {
	hid_t t = H5Tget_super(type);
	return t < 0 ? fail() : t;
}

hid_t shim_member(hid_t type, unsigned i, size_t *offset, char **name) {
	*name = H5Tget_member_name(type, i);
	if (*name == NULL) return fail();
	*offset = H5Tget_member_offset(type, i);
	hid_t t = H5Tget_member_type(type, i);
	if (t < 0) {
		save();
		H5free_memory(*name);
		return -1;
	}
	return t;
}

// shim_boolean_enum tells h5py's and numpy's bool: an enum of FALSE = 0 and TRUE = 1.
int shim_boolean_enum(hid_t type) {
	if (H5Tget_nmembers(type) != 2 || H5Tget_size(type) != 1) return 0;
	int ok = 1;
	for (unsigned i = 0; i < 2; i++) {
		signed char value = -1;
		char *name = H5Tget_member_name(type, i);
		if (name == NULL) return 0;
		if (H5Tget_member_value(type, i, &value) < 0) ok = 0;
		if (strcmp(name, value == 0 ? "FALSE" : value == 1 ? "TRUE" : "") != 0) ok = 0;
		H5free_memory(name);
	}
	return ok;
}

void shim_free_name(char *name) { H5free_memory(name); }

// What every scalar is made with. Making these anew takes as long as the dataset itself, so
// they are kept as long as the library is open.
static hid_t scalar = -1, compact_list = -1;

static hid_t scalar_space(void) {
	if (scalar < 0 || H5Iis_valid(scalar) <= 0) scalar = H5Screate(H5S_SCALAR);
	return scalar;
}

static hid_t creation_list(void) {
	hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
	// Modification times would make two files of the same content differ.
	if (plist >= 0 && H5Pset_obj_track_times(plist, 0) < 0) {
		save();
		H5Pclose(plist);
		return -1;
	}
	return plist;
}

static hid_t compact_creation_list(void) {
	if (compact_list >= 0 && H5Iis_valid(compact_list) > 0) return compact_list;
	compact_list = creation_list();
	if (compact_list >= 0 && H5Pset_layout(compact_list, H5D_COMPACT) < 0) {
		save();
		H5Pclose(compact_list);
		compact_list = -1;
	}
	return compact_list;
}

hid_t shim_create(hid_t group, const char *name, hid_t type, int rank, const hsize_t *dims,
                  const hsize_t *chunk, int unlimited, int compact, int level, const void *data) {
	hid_t space = -1, plist = -1, id = -1;
	int ok = 0, own_list = !(compact && chunk == NULL);
	if (rank < 0) {
		space = scalar_space();
	} else {
		hsize_t max[SHIM_MAX_RANK];
		if (rank > SHIM_MAX_RANK) return -1;
		for (int i = 0; i < rank; i++) max[i] = dims[i];
		if (unlimited && rank > 0) max[0] = H5S_UNLIMITED;
		space = H5Screate_simple(rank, dims, max);
	}
	if (space < 0) goto done;
	plist = own_list ? creation_list() : compact_creation_list();
	if (plist < 0) goto done;
	if (chunk != NULL) {
		if (H5Pset_chunk(plist, rank, chunk) < 0) goto done;
		if (level > 0 && (H5Pset_shuffle(plist) < 0 || H5Pset_deflate(plist, (unsigned)level) < 0)) goto done;
		// Headers have checksums anyway; this gives one to the data.
		if (H5Pset_fletcher32(plist) < 0) goto done;
	}
	id = H5Dcreate2(group, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
	if (id < 0) goto done;
	if (data != NULL && H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) goto done;
	ok = 1;
done:
	if (!ok) {
		save();
		if (id >= 0) H5Dclose(id);
		id = -1;
	}
	if (plist >= 0 && own_list) H5Pclose(plist);
	if (space >= 0 && rank >= 0) H5Sclose(space);
	return id;
}

hid_t shim_type_of(hid_t object, int attribute) {
	hid_t t = attribute ? H5Aget_type(object) : H5Dget_type(object);
	return t < 0 ? fail() : t;
}

int shim_space_of(hid_t object, int attribute, shim_space *out) {
	memset(out, 0, sizeof *out);
	hid_t space = attribute ? H5Aget_space(object) : H5Dget_space(object);
	if (space < 0) return fail();
	out->class_ = H5Sget_simple_extent_type(space);
	out->rank = H5Sget_simple_extent_ndims(space);
	int ok = out->class_ >= 0 && out->rank >= 0 && out->rank <= SHIM_MAX_RANK;
	if (ok && out->rank > 0) ok = H5Sget_simple_extent_dims(space, out->dims, NULL) >= 0;
	if (!ok) save();
	H5Sclose(space);
	return ok ? 0 : -1;
}

int shim_layout_of(hid_t dataset, shim_layout *out) {
	memset(out, 0, sizeof *out);
	hid_t plist = H5Dget_create_plist(dataset);
	if (plist < 0) return fail();
	int ok = 0;
	out->layout = H5Pget_layout(plist);
	if (out->layout < 0) goto done;
	out->external = H5Pget_external_count(plist) > 0;
	if (out->layout == H5D_CHUNKED) {
		hsize_t dims[SHIM_MAX_RANK];
		int rank = H5Pget_chunk(plist, SHIM_MAX_RANK, dims);
		if (rank < 0) goto done;
		out->chunk = 1;
		for (int i = 0; i < rank; i++) {
			if (dims[i] != 0 && out->chunk > ((hsize_t)1 << 62) / dims[i]) goto done;
			out->chunk *= dims[i];
		}
		int n = H5Pget_nfilters(plist);
		for (int i = 0; i < n; i++) {
			unsigned flags = 0, config = 0;
			size_t values = 0;
			H5Z_filter_t filter = H5Pget_filter2(plist, (unsigned)i, &flags, &values, NULL, 0, NULL, &config);
			if (filter < 0) goto done;
			if (H5Zfilter_avail(filter) <= 0) out->missing_filter = (int)filter;
		}
	}
	out->storage = out->missing_filter || out->external || out->layout == H5D_VIRTUAL ? 0 : H5Dget_storage_size(dataset);
	ok = 1;
done:
	if (!ok) save();
	H5Pclose(plist);
	return ok ? 0 : -1;
}

int shim_read(hid_t object, int attribute, hid_t type, void *data) {
	herr_t err = attribute ? H5Aread(object, type, data) : H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
	return err < 0 ? fail() : 0;
}

// shim_read_strings reads count strings of variable length one behind the other into *out.
int shim_read_strings(hid_t object, int attribute, size_t count, char **out, size_t *n, size_t *lengths) {
	names l = {0};
	int ok = 0;
	hid_t space = -1, type = attribute ? H5Aget_type(object) : H5Dget_type(object);
	char **values = calloc(count ? count : 1, sizeof *values);
	if (type < 0 || values == NULL) goto done;
	space = attribute ? H5Aget_space(object) : H5Dget_space(object);
	if (space < 0) goto done;
	if (shim_read(object, attribute, type, values) < 0) goto done;
	ok = 1;
	for (size_t i = 0; i < count; i++) {
		lengths[i] = values[i] == NULL ? 0 : strlen(values[i]);
		if (values[i] != NULL && append(&l, values[i], lengths[i]) < 0) {
			ok = 0;
			break;
		}
	}
	H5Dvlen_reclaim(type, space, H5P_DEFAULT, values);
done:
	if (!ok) save();
	if (type >= 0) H5Tclose(type);
	if (space >= 0) H5Sclose(space);
	free(values);
	if (!ok) {
		free(l.data);
		return -1;
	}
	*out = l.data;
	*n = l.n;
	return 0;
}

static herr_t each_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data) {
	(void)object;
	(void)info;
	return append(data, name, strlen(name) + 1);
}

int shim_attributes(hid_t object, char **out, size_t *n) {
	names l = {0};
	// Looking for a name decodes every attribute and fails cleanly on a damaged one, where
	// listing (libhdf5 1.10) crashes.
	if (H5Aexists(object, "?") < 0) return fail();
	if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, each_attribute, &l) < 0) {
		save();
		free(l.data);
		return -1;
	}
	*out = l.data;
	*n = l.n;
	return 0;
}

hid_t shim_attribute(hid_t object, const char *name) {
	hid_t id = H5Aopen(object, name, H5P_DEFAULT);
	return id < 0 ? fail() : id;
}

int shim_has_attribute(hid_t object, const char *name) {
	htri_t there = H5Aexists(object, name);
	return there < 0 ? fail() : there > 0;
}

int shim_set_attribute(hid_t object, const char *name, hid_t type, int rank, const hsize_t *dims, const void *data) {
	hid_t space = -1, id = -1;
	int ok = 0;
	if (data == NULL)
		space = H5Screate(H5S_NULL);
	else if (rank < 0)
		space = scalar_space();
	else
		space = H5Screate_simple(rank, dims, NULL);
	if (space < 0) goto done;
	id = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
	if (id < 0) goto done;
	if (data != NULL && H5Awrite(id, type, data) < 0) goto done;
	ok = 1;
done:
	if (!ok) save();
	if (id >= 0) H5Aclose(id);
	if (space >= 0 && space != scalar) H5Sclose(space);
	return ok ? 0 : -1;
}

int shim_set_text(hid_t object, const char *name, const char *text, size_t n, int utf8) {
	hid_t type = H5Tcopy(H5T_C_S1);
	if (type < 0) return fail();
	int err = -1;
	if (H5Tset_size(type, n == 0 ? 1 : n) < 0 || (utf8 && H5Tset_cset(type, H5T_CSET_UTF8) < 0))
		save();
	else
		err = shim_set_attribute(object, name, type, -1, NULL, n == 0 ? NULL : text);
	H5Tclose(type);
	return err;
}

int shim_remove_attribute(hid_t object, const char *name) { return H5Adelete(object, name) < 0 ? fail() : 0; }

// shim_text reads an attribute that is one string: 1 if it is, 0 if it is something else.
int shim_text(hid_t object, const char *name, char **out, size_t *n) {
	int result = -1;
	hid_t space = -1, type = -1, id = H5Aopen(object, name, H5P_DEFAULT);
	char *p = NULL;
	if (id < 0) return fail();
	type = H5Aget_type(id);
	space = H5Aget_space(id);
	if (type < 0 || space < 0) goto done;
	H5S_class_t extent = H5Sget_simple_extent_type(space);
	if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0 ||
	    (extent != H5S_NULL && H5Sget_simple_extent_npoints(space) != 1)) {
		result = 0;
		goto done;
	}
	size_t size = H5Tget_size(type);
	p = calloc(1, size + 1);
	if (p == NULL || (extent != H5S_NULL && H5Aread(id, type, p) < 0)) goto done;
	*n = extent == H5S_NULL ? 0 : size;
	*out = p;
	p = NULL;
	result = 1;
done:
	if (result < 0) save();
	free(p);
	if (type >= 0) H5Tclose(type);
	if (space >= 0) H5Sclose(space);
	H5Aclose(id);
	return result;
}
