#include "CKernels.h"
#include "clones.h"

CLONES void ck_clipped_box(const float *restrict x, float epsilon, float low, float high,
                           float *restrict out_c, float *restrict out_r, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float lower = x[i] - epsilon;
    float upper = x[i] + epsilon;
    const float empty = lower <= high && upper >= low ? 0 : __builtin_nanf("");
    lower = low > lower ? low : lower;
    upper = high < upper ? high : upper;
    out_c[i] = 0.5f * (lower + upper) + empty;
    out_r[i] = 0.5f * (upper - lower) + empty;
  }
}

CLONES void ck_interval_relu(const float *restrict c, const float *restrict r,
                             float *restrict out_c, float *restrict out_r, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float upper = c[i] + r[i];
    float lower = c[i] - r[i];
    upper = 0 > upper ? 0 : upper;
    lower = 0 > lower ? 0 : lower;
    out_c[i] = 0.5f * (upper + lower);
    out_r[i] = 0.5f * (upper - lower);
  }
}

CLONES void ck_interval_relu_gradient(const float *restrict c, const float *restrict r,
                                      const float *restrict g_c, const float *restrict g_r,
                                      float *restrict out_c, float *restrict out_r, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float upper = c[i] + r[i] > 0 ? 0.5f * (g_c[i] + g_r[i]) : 0;
    const float lower = c[i] - r[i] > 0 ? 0.5f * (g_c[i] - g_r[i]) : 0;
    out_c[i] = upper + lower;
    out_r[i] = upper - lower;
  }
}
