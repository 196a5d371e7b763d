// The floor: the clustered network of the benchmark written by hand in C for
// this one model, to see how far a framework is from what the machine can do.
// Float64, delay 0, dt 0.1 ms, Euler, spikes recorded. It is compiled on the
// spot with `cc -O3 -march=native -ffast-math` and prints one JSON object.
//
// usage: floor SCALE R_EE SECONDS SEED
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { REFRACTORY = 50, CLUSTER = 100, CHUNK = 64, STEPS_PER_SECOND = 10000 };

static double cpu_seconds(void) {
	struct rusage r;
	getrusage(RUSAGE_SELF, &r);
	return r.ru_utime.tv_sec + r.ru_stime.tv_sec + 1e-6 * (r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

// uniform is xorshift64*: fast enough not to matter beside the network.
static uint64_t rng_state;
static double uniform(void) {
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return (double)((rng_state * 2685821657736338717ULL) >> 11) * 0x1p-53;
}

static void *array(size_t bytes) {
	void *p = aligned_alloc(64, (bytes + 64) / 64 * 64);
	if (!p) {
		fputs("floor: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

typedef struct {
	int n;
	double dt_over_tau;
	double *V, *x_e, *y_e, *x_i, *y_i, *mu;
	int32_t *last_spike; // step
	int32_t *spiking;    // neurons that spike in this step
	int n_spiking;
	int32_t *rec_step, *rec_neuron; // the spike monitor
	int64_t n_rec, cap_rec;
} Group;

typedef struct {
	Group *pre;
	double *y; // what the targets' spikes add to
	double weight;
	int64_t *row; // of each presynaptic neuron, its first synapse
	int32_t *target;
} Synapses;

static Group group(int n, double tau_ms, double mu_min, double mu_max) {
	Group g = {.n = n, .dt_over_tau = 0.1 / tau_ms};
	double **columns[] = {&g.V, &g.x_e, &g.y_e, &g.x_i, &g.y_i, &g.mu};
	for (int c = 0; c < 6; c++) {
		*columns[c] = array(n * sizeof(double));
		for (int i = 0; i < n; i++) (*columns[c])[i] = 0;
	}
	g.last_spike = array(n * sizeof(int32_t));
	g.spiking = array(n * sizeof(int32_t));
	for (int i = 0; i < n; i++) {
		g.V[i] = uniform();
		g.mu[i] = mu_min + (mu_max - mu_min) * uniform();
		g.last_spike[i] = -1000000;
	}
	return g;
}

// connect draws each synapse with probability p_in between neurons of one
// cluster and p_out between others, never from an index to itself.
static Synapses connect(Group *pre, Group *post, double *y, double weight, double p_in, double p_out) {
	Synapses s = {.pre = pre, .y = y, .weight = weight, .row = array((pre->n + 1) * sizeof(int64_t))};
	int64_t n = 0, cap = 1 << 16;
	s.target = malloc(cap * sizeof(int32_t));
	for (int i = 0; i < pre->n; i++) {
		s.row[i] = n;
		for (int j = 0; j < post->n; j++) {
			double p = i / CLUSTER == j / CLUSTER ? p_in : p_out;
			if (i == j || uniform() >= p) continue;
			if (n == cap) s.target = realloc(s.target, (cap *= 2) * sizeof(int32_t));
			s.target[n++] = j;
		}
	}
	s.row[pre->n] = n;
	return s;
}

static void update(int n, double k, double *restrict V, double *restrict x_e, double *restrict y_e,
                   double *restrict x_i, double *restrict y_i, const double *restrict mu) {
	for (int i = 0; i < n; i++) {
		double v = V[i], xe = x_e[i], ye = y_e[i], xi = x_i[i], yi = y_i[i];
		V[i] = v + k * (mu[i] - v) + 0.1 * (0.5 * xe - xi);
		x_e[i] = xe - 0.1 * (xe - (2.0 / 3) * ye);
		x_i[i] = xi - 0.1 * (xi - 0.5 * yi);
		y_e[i] = ye * (1 - 0.1 / 3);
		y_i[i] = yi * (1 - 0.1 / 2);
	}
}

static void threshold(Group *g, int32_t step) {
	int m = 0;
	const double *restrict V = g->V;
	for (int i = 0; i < g->n; i += CHUNK) {
		int end = i + CHUNK < g->n ? i + CHUNK : g->n, any = 0;
		for (int j = i; j < end; j++) any |= V[j] >= 1.0;
		if (!any) continue;
		for (int j = i; j < end; j++)
			if (V[j] >= 1.0 && step - g->last_spike[j] >= REFRACTORY) g->spiking[m++] = j;
	}
	g->n_spiking = m;
	for (int q = 0; q < m; q++) {
		g->last_spike[g->spiking[q]] = step;
		if (g->n_rec == g->cap_rec) {
			g->cap_rec = g->cap_rec ? 2 * g->cap_rec : 1 << 16;
			g->rec_step = realloc(g->rec_step, g->cap_rec * sizeof(int32_t));
			g->rec_neuron = realloc(g->rec_neuron, g->cap_rec * sizeof(int32_t));
		}
		g->rec_step[g->n_rec] = step;
		g->rec_neuron[g->n_rec++] = g->spiking[q];
	}
}

static void propagate(const Synapses *s) {
	double *restrict y = s->y, w = s->weight;
	for (int q = 0; q < s->pre->n_spiking; q++) {
		int i = s->pre->spiking[q];
		const int32_t *restrict target = s->target;
		for (int64_t k = s->row[i]; k < s->row[i + 1]; k++) y[target[k]] += w;
	}
}

int main(int argc, char **argv) {
	if (argc != 5) {
		fputs("usage: floor SCALE R_EE SECONDS SEED\n", stderr);
		return 1;
	}
	double scale = atof(argv[1]), R_ee = atof(argv[2]), seconds = atof(argv[3]);
	rng_state = 0x9E3779B97F4A7C15ULL * (uint64_t)(atoll(argv[4]) + 1);
	double w = 1 / sqrt(scale), p_ee = 0.1, p_out = p_ee, p_in = p_ee, strength = 1;

	Group e = group(2000 * scale, 15, 1.1, 1.2), i = group(500 * scale, 10, 1.0, 1.05);
	if (R_ee > 1) {
		p_out = p_ee * e.n / (R_ee * CLUSTER + e.n - CLUSTER);
		p_in = R_ee * p_out;
		strength = 2.5;
	}
	Synapses syn[5];
	int n_syn = 0;
	syn[n_syn++] = connect(&i, &i, i.y_i, 0.027 * w, 0.25, 0.25);
	syn[n_syn++] = connect(&i, &e, e.y_i, 0.032 * w, 0.25, 0.25);
	syn[n_syn++] = connect(&e, &i, i.y_e, 0.009 * w, 0.25, 0.25);
	if (R_ee > 1) {
		syn[n_syn++] = connect(&e, &e, e.y_e, 0.012 * w * strength, p_in, 0);
		syn[n_syn++] = connect(&e, &e, e.y_e, 0.012 * w, 0, p_out);
	} else {
		syn[n_syn++] = connect(&e, &e, e.y_e, 0.012 * w, p_ee, p_ee);
	}
	int64_t synapses = 0;
	for (int k = 0; k < n_syn; k++) synapses += syn[k].row[syn[k].pre->n];

	Group *groups[2] = {&e, &i};
	int32_t steps = (int32_t)(seconds * STEPS_PER_SECOND + 0.5);
	double start = cpu_seconds();
	for (int32_t step = 0; step < steps; step++) {
		for (int g = 0; g < 2; g++) {
			Group *p = groups[g];
			update(p->n, p->dt_over_tau, p->V, p->x_e, p->y_e, p->x_i, p->y_i, p->mu);
		}
		for (int g = 0; g < 2; g++) threshold(groups[g], step);
		for (int k = 0; k < n_syn; k++) propagate(&syn[k]);
		for (int g = 0; g < 2; g++)
			for (int q = 0; q < groups[g]->n_spiking; q++) groups[g]->V[groups[g]->spiking[q]] = 0;
	}
	double cpu = cpu_seconds() - start;
	printf("{\"cpu_s_per_bio_s\": %.6f, \"rate_e\": %.4f, \"rate_i\": %.4f, \"synapses\": %lld}\n",
	       cpu / seconds, e.n_rec / seconds / e.n, i.n_rec / seconds / i.n, (long long)synapses);
	return 0;
}
