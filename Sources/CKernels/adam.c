#include "CKernels.h"
#include "clones.h"

/// Below this a mean is set to 0: means of gradients that have died out decay into subnormal
/// numbers, on which arithmetic takes a hundred times as long.
static const float smallest = 1e-30f;

CLONES void ck_adam(float *restrict p, float *restrict m, float *restrict v,
                    const float *restrict g, float scale, float beta1, float beta2, float rate,
                    float root, float epsilon, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float x = scale * g[i];
    const float mean = beta1 * m[i] + (1 - beta1) * x;
    const float square = beta2 * v[i] + (1 - beta2) * x * x;
    m[i] = __builtin_fabsf(mean) < smallest ? 0 : mean;
    v[i] = square < smallest ? 0 : square;
    p[i] -= rate * m[i] / (__builtin_elementwise_sqrt(v[i]) / root + epsilon);
  }
}
