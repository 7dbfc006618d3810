#include "CKernels.h"
#include "clones.h"

CLONES float ck_concretize(const float *restrict x, const float *restrict c,
                           const float *restrict r, size_t n) {
  REORDER_SUMS
  float sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i] * c[i] - __builtin_fabsf(x[i]) * r[i];
  return sum;
}

CLONES void ck_concretize_form_gradient(const float *restrict x, const float *restrict c,
                                        const float *restrict r, float g, float *restrict out,
                                        size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float signed_radius = x[i] > 0 ? r[i] : x[i] < 0 ? -r[i] : 0;
    out[i] = g * (c[i] - signed_radius);
  }
}

CLONES void ck_concretize_box_gradient(const float *restrict x, float g, float *restrict sum_c,
                                       float *restrict sum_r, size_t n) {
  for (size_t i = 0; i < n; i++) {
    sum_c[i] += g * x[i];
    sum_r[i] -= g * __builtin_fabsf(x[i]);
  }
}
