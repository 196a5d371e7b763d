#!/usr/bin/python3
"""The sweep of bench/sweep.go in pypet: runs that do nothing but store ten scalars.

    PYTHONPATH=PYPET /usr/bin/python3 bench/peers/pypet_sweep.py [RUNS [SCALARS]]
    go run ./bench -json -case sweep

PYPET is a checkout of pypet 0.6.1 (github.com/SmokinCaterpillar/pypet); Debian's python3-tables and
python3-pandas do for the rest. Two processes in a pool; each of pypet's ways to write is measured, one JSON
object a line as bench prints them: microseconds of elapsed time per run, from the exploration to the
stored file. pypet's cost per run grows with the number of runs, so compare equal numbers (default: 1000 runs with 10
scalars) or take it as a lower bound. The scalars of one run are read back and compared at the end.
"""
import json
import logging
import os
import shutil
import sys
import tempfile
import time
import warnings

warnings.filterwarnings('ignore')
logging.disable(logging.CRITICAL)
from pypet import Environment, Trajectory


def tiny(traj, scalars):
    x = traj.x
    for k in range(scalars):
        traj.f_add_result('stats.v%d' % k, x*(k + 1))


def sweep(folder, runs, scalars, wrap_mode):
    start = time.perf_counter()
    env = Environment(trajectory='sweep', filename=os.path.join(folder, 'sweep.hdf5'), overwrite_file=True, add_time=False,
                      log_config=None, report_progress=False, multiproc=True, ncores=2, use_pool=True,
                      freeze_input=True, wrap_mode=wrap_mode, large_overview_tables=False)
    traj = env.traj
    traj.f_add_parameter('x', 0.0)
    traj.f_explore({'x': [i/(runs - 1) for i in range(runs)]})
    env.run(tiny, scalars)
    env.disable_logging()
    return time.perf_counter() - start


def check(folder, runs, scalars):
    traj = Trajectory('sweep', add_time=False)
    traj.f_load(filename=os.path.join(folder, 'sweep.hdf5'), load_results=2)
    traj.v_idx = runs - 1
    for k in range(scalars):
        value = traj.results.runs.crun.f_get('stats.v%d' % k).f_get()
        if value != float(k + 1):
            sys.exit('run %d has v%d = %r, want %r' % (runs - 1, k, value, float(k + 1)))


def main(runs=1000, scalars=10):
    best = None
    for mode in ('LOCK', 'QUEUE', 'PIPE'):
        folder = tempfile.mkdtemp(prefix='pypet-sweep-')
        try:
            seconds = sweep(folder, runs, scalars, mode)
            check(folder, runs, scalars)
        finally:
            shutil.rmtree(folder)
        best = min(best or seconds, seconds)
        report('pypet_us_per_run_%s_%d_runs_of_%d' % (mode.lower(), runs, scalars), seconds/runs*1e6)
    report('pypet_us_per_run_%d_runs_of_%d' % (runs, scalars), best/runs*1e6)


def report(name, value):
    print(json.dumps({'case': 'sweep', 'metric': name, 'unit': 'us', 'value': round(value, 3), 'repeats': 1, 'path': 'python', 'workers': 2}), flush=True)


if __name__ == '__main__':
    main(*[int(a) for a in sys.argv[1:]])
