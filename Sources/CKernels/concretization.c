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

CLONES void ck_concretize_ends(const float *restrict x, const float *restrict c,
                               const float *restrict r, float *restrict lower,
                               float *restrict upper, size_t n) {
  REORDER_SUMS
  float below = 0, above = 0;
  for (size_t i = 0; i < n; i++) {
    const float spread = __builtin_fabsf(x[i]) * r[i];
    below += x[i] * c[i] - spread;
    above += x[i] * c[i] + spread;
  }
  *lower = below;
  *upper = above;
}

CLONES void ck_concretize_ends_form_gradient(const float *restrict x, const float *restrict c,
                                             const float *restrict r, float g_lower,
                                             float g_upper, float *restrict out, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float signed_radius = x[i] > 0 ? r[i] : x[i] < 0 ? -r[i] : 0;
    out[i] = g_lower * (c[i] - signed_radius) + g_upper * (c[i] + signed_radius);
  }
}

CLONES void ck_concretize_ends_box_gradient(const float *restrict x, float g_lower,
                                            float g_upper, float *restrict sum_c,
                                            float *restrict sum_r, size_t n) {
  const float both = g_lower + g_upper, difference = g_upper - g_lower;
  for (size_t i = 0; i < n; i++) {
    sum_c[i] += both * x[i];
    sum_r[i] += difference * __builtin_fabsf(x[i]);
  }
}
