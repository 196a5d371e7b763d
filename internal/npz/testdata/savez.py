"""Makes the archives of TestCompressedIsNumpys and prints their checksums."""
import hashlib
import io

import numpy as np

n = 200_000
x = np.empty(n, dtype='u4')
state = 1
for i in range(n):
    state = (state * 1664525 + 1013904223) % 2**32
    x[i] = state
x >>= 8
f = io.BytesIO()
np.savez_compressed(f, noise=x.astype('u1'), few=(x % 3).astype('u1'), zeros=np.zeros((2, 50_000)), count=np.arange(n, dtype='i4'),
                    block=np.tile(x[:33_000].astype('u1'), 4), sparse=np.where(x % 17, 0, x).astype('f8'), rounded=(x % 1000) / 8,
                    skewed=np.minimum(255, ((x.astype("u8")**2 >> 24)**2 >> 40)).astype('u1'), text=b'csr', empty=np.zeros(0, 'i8'), one=np.int16(-3))
print(len(f.getvalue()), hashlib.sha256(f.getvalue()).hexdigest())
