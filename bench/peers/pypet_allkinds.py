#!/usr/bin/python3
"""Real pypet on a trajectory that holds every kind of value.

    go run ./examples/allkinds -out /tmp/allkinds.hdf5
    go build -o /tmp/galvani ./cmd/galvani
    PYTHONPATH=PYPET /usr/bin/python3 bench/peers/pypet_allkinds.py /tmp/allkinds.hdf5 /tmp/galvani

PYPET is a checkout of pypet 0.6.1 (github.com/SmokinCaterpillar/pypet); Debian's
python3-tables, python3-pandas and python3-brian do for the rest. On a copy of the file:
pypet loads everything, and what it got is compared with `galvani dump -pypet`, line by
line, and with the Python types and DataFrames that values should be; then pypet adds a result, expands the
explored parameters and stores, galvani writes the file anew (compact) and merges the first
file with itself, and pypet goes on with that; both are compared after each step. Exit status 0 if all
agree, 1 otherwise.
"""
import difflib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings('ignore')
import numpy as np
import pandas as pd
import pypet.brian2.parameter as brian
from pypet import Trajectory
from pypet.parameter import ObjectTable

# What the values of parameters.scalars and some others are in Python.
TYPES = {
    'scalars.bool': bool, 'scalars.int': int, 'scalars.int8': np.int8, 'scalars.int16': np.int16, 'scalars.int32': np.int32,
    'scalars.int64': np.int64, 'scalars.uint8': np.uint8, 'scalars.uint16': np.uint16, 'scalars.uint32': np.uint32,
    'scalars.uint64': np.uint64, 'scalars.float32': np.float32, 'scalars.float': float, 'scalars.nan': float,
    'scalars.complex64': np.complex64, 'scalars.complex': complex, 'scalars.text': str, 'scalars.unicode': str,
    'scalars.empty_text': str, 'scalars.bytes': bytes, 'arrays.int8s': np.dtype('int8'), 'arrays.uint8s': np.dtype('uint8'),
    'arrays.float32s': np.dtype('float32'), 'arrays.complex64s': np.dtype('complex64'), 'arrays.bools': np.dtype('bool'),
    'arrays.empty_floats': np.dtype('float64'), 'sequences.list_of_ints': list, 'sequences.empty_list': list,
    'sequences.tuple_of_texts': tuple, 'sequences.empty_tuple': tuple,
}


# The DataFrames among the results maps_and_tables.
FRAMES = {
    'labelled': pd.DataFrame({'slow': [0, 34, np.nan], 'fast': [0, 32, 69], 'größer': [True, False, True]},
                             index=pd.Index([0, 0.01, 0.02], name='current')),
    'labelled_by_numbers': pd.DataFrame({5: [0.1, 0.2], -7: [0.3, np.inf]}, index=['a', 'ß']),
    'labelled_without_rows': pd.DataFrame({1.5: np.zeros(0)}, index=pd.Index([], dtype='int64')),
}


def text(v):
    """A value as `galvani dump -pypet` prints it."""
    if isinstance(v, (bool, np.bool_)):
        return str(int(v))
    if isinstance(v, (float, np.floating)):
        if np.isnan(v):
            return 'NaN'
        if np.isinf(v):
            return '+Inf' if v > 0 else '-Inf'
        return '%.12g' % float(v)
    if isinstance(v, (complex, np.complexfloating)):
        return '%s+%sj' % (text(v.real), text(v.imag))
    if isinstance(v, bytes):
        return v.split(b'\0')[0].decode('utf-8', 'surrogateescape')
    if isinstance(v, np.ndarray) and v.shape == ():
        return text(v[()])
    if isinstance(v, (list, tuple, np.ndarray)):
        return '[%s]' % ' '.join(text(x) for x in (v.ravel() if isinstance(v, np.ndarray) else v))
    if isinstance(v, pd.DataFrame):
        return '{%s}' % ' '.join('%s:%s' % (k, text(list(v[k]))) for k in sorted(v.columns))
    if isinstance(v, dict):
        return '{%s}' % ' '.join('%s:[%s]' % (k, text(v[k])) for k in sorted(v))
    return str(v).split('\0')[0]


def load(path):
    t = Trajectory(name='x', add_time=False)
    t.f_load(index=-1, filename=path, load_all=2, force=True,
             dynamic_imports=[brian.Brian2Parameter, brian.Brian2Result, brian.Brian2MonitorResult])
    return t


def lines(t):
    """All that pypet has of a trajectory, beside the branch config."""
    out = []
    for n in [t] + list(t.f_iter_nodes(recursive=True)):
        name = n.v_full_name
        if name.split('.')[0] == 'config':
            continue
        if n.v_comment:
            out.append('%s\t#comment\t%s' % (name, n.v_comment))
        if not n.v_is_leaf:
            out += ['%s\t#link\t%s' % ((name + '.' + k).lstrip('.'), to.v_full_name) for k, to in n._links.items()]
        elif not n.f_is_empty():
            for item, v in n._store().items():
                if isinstance(v, pd.DataFrame) and not isinstance(v, ObjectTable):
                    v = 'UNSUPPORTED FRAME'
                out.append('%s\t%s\t%s' % (name, item, text(v)))
    return sorted('\n'.join(out).split('\n'))


def compare(path, galvani):
    """The number of lines that differ, printed."""
    t = load(path)
    theirs = lines(t)
    dump = subprocess.run([galvani, 'dump', '-pypet', path], stdout=subprocess.PIPE, check=True).stdout
    ours = dump.decode('utf-8', 'surrogateescape').rstrip('\n').split('\n')
    differing = [d for d in difflib.unified_diff(theirs, ours, 'pypet', 'galvani', n=0, lineterm='')]
    for name, want in FRAMES.items():
        try:
            got = t.f_get('results.runs.run_00000000.maps_and_tables').f_get(name)
            pd.testing.assert_frame_equal(got, want, check_exact=True)
        except AssertionError as e:
            differing.append('%s: %s' % (name, e))
    for d in differing[:40]:
        print(ascii(d[:300]))
    print('%d lines of pypet, %d of galvani: %s' % (len(theirs), len(ours), 'different' if differing else 'equal'))
    return len(differing)


def compare_types(path):
    t, wrong = load(path), 0
    for name, want in TYPES.items():
        v = t.f_get('parameters.' + name).f_get()
        got = v.dtype if isinstance(v, np.ndarray) else type(v)
        if got != want:
            wrong += 1
            print('%s is a %s, want %s' % (name, got, want))
    print('%d of %d values have their type' % (len(TYPES) - wrong, len(TYPES)))
    return wrong


def go_on(path):
    """What a user of pypet does with a file: store a result, add runs."""
    t = load(path)
    before = len(t)
    t.f_add_result('from_pypet', 42, comment='stored by pypet')
    t.f_expand({name: list(p.f_get_range()[:2]) for name, p in t.f_get_explored_parameters().items()})
    t.f_store()
    print('pypet expanded %d runs to %d and stored a result' % (before, len(t)))


def main(path, galvani='galvani'):
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        # Away from the folder with the runs, which belongs to the file as it was.
        path, other, target = (shutil.copy(path, os.path.join(folder, name + '.hdf5')) for name in ('copy', 'other', 'target'))
        wrong = compare_types(path) + compare(path, galvani)
        go_on(path)
        wrong += compare(path, galvani)
        subprocess.run([galvani, 'compact', '-backup=false', path], check=True)
        wrong += compare(path, galvani)
        subprocess.run([galvani, 'merge', '-backup=false', target, other], check=True)
        wrong += compare(target, galvani)
        go_on(target)
        wrong += compare(target, galvani)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
