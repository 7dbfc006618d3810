#include "CKernels.h"
#include "clones.h"

CLONES void ck_absolute(const float *restrict x, float *restrict out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = __builtin_fabsf(x[i]);
}

CLONES void ck_absolute_gradient(const float *restrict x, const float *restrict g,
                                 float *restrict out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = x[i] > 0 ? g[i] : x[i] < 0 ? -g[i] : 0;
}

CLONES void ck_relu(const float *restrict x, float *restrict out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = 0 > x[i] ? 0 : x[i];
}

CLONES void ck_relu_gradient(const float *restrict x, const float *restrict g,
                             float *restrict out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = x[i] > 0 ? g[i] : 0;
}

CLONES void ck_clamp_unit(float *restrict x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float positive = x[i] > 0 ? x[i] : 0;
    x[i] = positive < 1 ? positive : 1;
  }
}

CLONES void ck_box_step(const float *restrict x, const float *restrict g, float length,
                        const float *restrict lower, const float *restrict upper,
                        float *restrict out, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float moved = x[i] + (g[i] > 0 ? length : g[i] < 0 ? -length : 0);
    const float raised = moved >= lower[i] ? moved : lower[i];
    out[i] = raised <= upper[i] ? raised : upper[i];
  }
}

CLONES void ck_accumulate(const float *restrict x, float *restrict sum, size_t n) {
  for (size_t i = 0; i < n; i++) sum[i] += x[i];
}

CLONES void ck_accumulate_scaled(float factor, const float *restrict x, float *restrict sum,
                                 size_t n) {
  for (size_t i = 0; i < n; i++) sum[i] += factor * x[i];
}

CLONES void ck_accumulate_signed(const float *restrict x, const float *restrict g,
                                 float *restrict sum, size_t n) {
  for (size_t i = 0; i < n; i++) sum[i] += x[i] > 0 ? g[i] : x[i] < 0 ? -g[i] : 0;
}

CLONES float ck_dot(const float *restrict a, const float *restrict b, size_t n) {
  REORDER_SUMS
  float sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}
