#ifndef GALVANI_HDF5_SHIM_H
#define GALVANI_HDF5_SHIM_H

// The 1.10 names, so that newer libraries compile the same calls.
#define H5_USE_110_API 1
#include <hdf5.h>
#include <stddef.h>

#define SHIM_MAX_RANK H5S_MAX_RANK

// What a datatype is, as far as reading needs it.
typedef struct {
	int class_;      // H5T_class_t
	size_t size;     // bytes of one element
	int is_signed;   // integers
	int big;         // big endian
	int plain;       // an ordinary integer or IEEE number that Go can decode itself
	int utf8;        // strings
	int pad;         // strings: 0 NUL terminated, 1 NUL padded, 2 space padded
	int variable;    // strings of variable length
	int members;     // compounds and enums
	int rank;        // array types
	hsize_t dims[SHIM_MAX_RANK];
} shim_type;

// The extent of a dataset or attribute.
typedef struct {
	int class_; // H5S_class_t: 0 scalar, 1 simple, 2 null
	int rank;
	hsize_t dims[SHIM_MAX_RANK];
} shim_space;

// How a dataset lies in its file.
typedef struct {
	int layout;          // H5D_layout_t: 0 compact, 1 contiguous, 2 chunked, 3 virtual
	int external;        // raw data in other files
	int missing_filter;  // number of a filter that this library lacks, 0 if none
	hsize_t chunk;       // elements in a chunk
	hsize_t storage;     // bytes that the data takes in the file
} shim_layout;

// An open object.
typedef struct {
	hid_t id;
	int kind; // 0 group, 1 dataset, 2 something else
	unsigned long long address;
} shim_object;

void shim_enter(void);
void shim_leave(void);
size_t shim_error(char *buffer, size_t n);

// File
int shim_create_file(const char *path);
int shim_new_format(hid_t file);
int shim_flush(hid_t file);
int shim_close_on_exec(hid_t file);
int shim_close_objects(hid_t file);

// Links. shim_list and shim_attributes allocate *out (for each link a kind byte, the number in
// the order of creation or -1 as a long long, the name and a NUL; the name and a NUL for each
// attribute); free it with shim_free.
int shim_list(hid_t group, char **out, size_t *n);
int shim_link_kind(hid_t group, const char *name);
int shim_link_target(hid_t group, const char *name, char **out, size_t *n);
int shim_link_soft(hid_t group, const char *target, const char *name);
int shim_unlink(hid_t group, const char *name);
int shim_copy(hid_t object, hid_t group, const char *name);
void shim_free(void *p);

// Objects
int shim_open(hid_t group, const char *name, shim_object *out);
hid_t shim_create_group(hid_t group, const char *name, int ordered);
int shim_close(hid_t id);

// Types
int shim_describe(hid_t type, shim_type *out);
hid_t shim_super(hid_t type);
hid_t shim_member(hid_t type, unsigned i, size_t *offset, char **name);
int shim_boolean_enum(hid_t type);
void shim_free_name(char *name);

// Datasets. rank < 0 is a scalar; chunk NULL is contiguous, or compact if compact is set.
hid_t shim_create(hid_t group, const char *name, hid_t type, int rank, const hsize_t *dims,
                  const hsize_t *chunk, int unlimited, int compact, int level, const void *data);
hid_t shim_type_of(hid_t object, int attribute);
int shim_space_of(hid_t object, int attribute, shim_space *out);
int shim_layout_of(hid_t dataset, shim_layout *out);
int shim_read(hid_t object, int attribute, hid_t type, void *data);
int shim_read_strings(hid_t object, int attribute, size_t count, char **out, size_t *n, size_t *lengths);

// Attributes. rank < 0 is a scalar, data NULL a null space.
int shim_attributes(hid_t object, char **out, size_t *n);
hid_t shim_attribute(hid_t object, const char *name);
int shim_has_attribute(hid_t object, const char *name);
int shim_set_attribute(hid_t object, const char *name, hid_t type, int rank, const hsize_t *dims, const void *data);
int shim_set_text(hid_t object, const char *name, const char *text, size_t n, int utf8);
int shim_remove_attribute(hid_t object, const char *name);
int shim_text(hid_t object, const char *name, char **out, size_t *n);

#endif
