#!/usr/bin/python3
"""Brian 2 as oracle for the clustered network.

    go run ./examples/clusternet -scale 0.1 -ree 2 -export DIR
    /usr/bin/python3 bench/peers/brian2_oracle.py DIR

Reads an exported network (params.json, mu_*.f64, V0_*.f64, conn_*.i32), builds
it in Brian 2 (Debian: python3-brian), runs it for params.json's T_ms with the
numpy target and compares every spike with spikes_e.csv and spikes_i.csv. Exit
status 0 if all are equal, 1 otherwise.
"""
import json
import os
import sys

import numpy as np
from brian2 import (Network, NeuronGroup, SpikeMonitor, Synapses, defaultclock,
                    ms, prefs, set_device)

EQUATIONS = """
dV/dt = (mu - V)/tau + I_syn : 1 {flag}
mu : 1
I_syn = I_syn_e - I_syn_i : Hz
I_syn_e = x_e/(tau2_e - tau1) : Hz
I_syn_i = x_i/(tau2_i - tau1) : Hz
dx_e/dt = -((tau1 - tau2_e)/tau2_e*y_e + x_e)/tau1 : 1
dy_e/dt = -y_e/tau2_e : 1
dx_i/dt = -((tau1 - tau2_i)/tau2_i*y_i + x_i)/tau1 : 1
dy_i/dt = -y_i/tau2_i : 1
"""


def main(folder):
    prefs.codegen.target = 'numpy'
    set_device('runtime')

    def read(name, dtype):
        return np.fromfile(os.path.join(folder, name), dtype)

    with open(os.path.join(folder, 'params.json')) as f:
        p = json.load(f)
    defaultclock.dt = p['dt_ms']*ms
    unless = 'V' in p.get('unless_refractory', [])
    groups, monitors, synapses = {}, {}, []
    for pop in 'ei':
        groups[pop] = NeuronGroup(
            p['N_' + pop], EQUATIONS.format(flag='(unless refractory)' if unless else ''),
            threshold='V > V_th', reset='V = V_reset', refractory=p['refractory_ms']*ms, method='euler',
            name='neurons_' + pop,
            namespace=dict(tau=p['tau_%s_ms' % pop]*ms, tau1=p['tau1_ms']*ms, tau2_e=p['tau2_e_ms']*ms,
                           tau2_i=p['tau2_i_ms']*ms, V_th=p['V_th'], V_reset=p['V_reset']))
        groups[pop].mu = read('mu_%s.f64' % pop, '<f8')
        groups[pop].V = read('V0_%s.f64' % pop, '<f8')
        monitors[pop] = SpikeMonitor(groups[pop])
    for q in p['projections']:
        pairs = read('conn_%s.i32' % q['name'][2:], '<i4').reshape(-1, 2)
        if len(pairs) == 0:
            continue
        s = Synapses(groups[q['pre']], groups[q['post']], on_pre='%s_post += weight' % q['var'], name=q['name'],
                     namespace={'weight': q['weight']})
        s.connect(i=pairs[:, 0], j=pairs[:, 1])
        synapses.append(s)
    Network(*groups.values(), *monitors.values(), *synapses).run(p['T_ms']*ms, namespace={})

    equal = True
    for pop in 'ei':
        steps = np.round(np.asarray(monitors[pop].t/ms)/p['dt_ms']).astype(int)
        got = np.stack([steps, np.asarray(monitors[pop].i)], 1)
        want = np.loadtxt(os.path.join(folder, 'spikes_%s.csv' % pop), delimiter=',', skiprows=1, dtype=int, ndmin=2).reshape(-1, 2)
        n = min(len(got), len(want))
        different = np.nonzero((got[:n] != want[:n]).any(1))[0]
        if len(got) == len(want) and len(different) == 0:
            print('%s: all %d spikes equal' % (pop, len(got)))
            continue
        equal = False
        first = different[0] if len(different) else n
        print('%s: Brian 2 has %d spikes, the export %d; first difference at spike %d: Brian 2 %s, export %s' % (
            pop, len(got), len(want), first, got[first:first + 1].tolist(), want[first:first + 1].tolist()))
    return 0 if equal else 1


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
