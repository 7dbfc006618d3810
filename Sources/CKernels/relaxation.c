#include "CKernels.h"
#include "clones.h"

static inline __attribute__((always_inline)) void lines(ck_slope slope, const float *restrict c,
                                                        const float *restrict r,
                                                        float *restrict lower,
                                                        float *restrict upper,
                                                        float *restrict intercept, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float l = c[i] - r[i];
    const float u = c[i] + r[i];
    const float stable = l >= 0 ? 1 : 0;
    const float chord = u / (u - l);
    const int unstable = l < 0 && u > 0;
    float chosen = slope == CK_SLOPE_ONE ? 1 : 0;
    if (slope == CK_SLOPE_ADAPTIVE) chosen = u > -l ? 1 : 0;
    if (slope == CK_SLOPE_SAME) chosen = chord;
    lower[i] = unstable ? chosen : stable;
    upper[i] = unstable ? chord : stable;
    // NaN and infinity must not vanish here, nor a width that overflows: its chord would be 0.
    intercept[i] = (unstable ? -l * chord : 0) + 0 * (u - l);
  }
}

CLONES void ck_relu_lines(ck_slope slope, const float *restrict c, const float *restrict r,
                          float *restrict lower, float *restrict upper,
                          float *restrict intercept, size_t n) {
  switch (slope) {  // one loop for each, so that the choice is made outside
    case CK_SLOPE_ADAPTIVE: lines(CK_SLOPE_ADAPTIVE, c, r, lower, upper, intercept, n); break;
    case CK_SLOPE_SAME: lines(CK_SLOPE_SAME, c, r, lower, upper, intercept, n); break;
    case CK_SLOPE_ZERO: lines(CK_SLOPE_ZERO, c, r, lower, upper, intercept, n); break;
    case CK_SLOPE_ONE: lines(CK_SLOPE_ONE, c, r, lower, upper, intercept, n); break;
  }
}

/// With w = u − l: ∂(u/w) = (−l ∂u + u ∂l)/w² and ∂(−l·u/w) = (l² ∂u − u² ∂l)/w².
CLONES void ck_relu_lines_gradient(const float *restrict c, const float *restrict r,
                                   const float *restrict g_upper,
                                   const float *restrict g_intercept, float *restrict out_c,
                                   float *restrict out_r, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float l = c[i] - r[i];
    const float u = c[i] + r[i];
    const int unstable = l < 0 && u > 0;
    const float inverse = 1 / (u - l);
    const float p = u * inverse, q = l * inverse;  // before squaring: no underflow of w²
    const float scaled = g_upper[i] * inverse;
    const float du = unstable ? q * q * g_intercept[i] - q * scaled : 0;
    const float dl = unstable ? p * scaled - p * p * g_intercept[i] : 0;
    out_c[i] = du + dl;
    out_r[i] = du - dl;
  }
}

CLONES float ck_relax(const float *restrict x, const float *restrict lower,
                      const float *restrict upper, const float *restrict intercept,
                      float *restrict out, size_t n) {
  REORDER_SUMS
  float sum = 0;
  for (size_t i = 0; i < n; i++) {
    const float positive = 0 > x[i] ? 0 : x[i];
    const float negative = 0 < x[i] ? 0 : x[i];
    out[i] = positive * lower[i] + negative * upper[i];
    sum += negative * intercept[i];
  }
  return sum;
}

CLONES void ck_relax_gradient(const float *restrict x, const float *restrict lower,
                              const float *restrict upper, const float *restrict intercept,
                              const float *restrict g, float g_constant, float *restrict out_x,
                              float *restrict sum_lower, float *restrict sum_upper,
                              float *restrict sum_intercept, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float positive = 0 > x[i] ? 0 : x[i];
    const float negative = 0 < x[i] ? 0 : x[i];
    out_x[i] = x[i] >= 0 ? g[i] * lower[i] : g[i] * upper[i] + g_constant * intercept[i];
    sum_lower[i] += positive * g[i];
    sum_upper[i] += negative * g[i];
    sum_intercept[i] += negative * g_constant;
  }
}

CLONES float ck_relax_free(const float *restrict x, const float *restrict alpha,
                           const float *restrict slope_zero, const float *restrict slope_one,
                           const float *restrict upper, const float *restrict intercept,
                           float *restrict out, size_t n) {
  REORDER_SUMS
  float sum = 0;
  for (size_t i = 0; i < n; i++) {
    const float positive = 0 > x[i] ? 0 : x[i];
    const float negative = 0 < x[i] ? 0 : x[i];
    const float lower = slope_zero[i] + (slope_one[i] - slope_zero[i]) * alpha[i];
    out[i] = positive * lower + negative * upper[i];
    sum += negative * intercept[i];
  }
  return sum;
}

CLONES void ck_relax_free_form_gradient(
    const float *restrict x, const float *restrict alpha, const float *restrict slope_zero,
    const float *restrict slope_one, const float *restrict upper, const float *restrict intercept,
    const float *restrict g, float g_constant, float *restrict out_x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float lower = slope_zero[i] + (slope_one[i] - slope_zero[i]) * alpha[i];
    out_x[i] = x[i] >= 0 ? g[i] * lower : g[i] * upper[i] + g_constant * intercept[i];
  }
}

CLONES void ck_relax_free_alpha_gradient(const float *restrict x, const float *restrict slope_zero,
                                         const float *restrict slope_one, const float *restrict g,
                                         float *restrict out_alpha, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float positive = 0 > x[i] ? 0 : x[i];
    out_alpha[i] = positive * g[i] * (slope_one[i] - slope_zero[i]);
  }
}

CLONES float ck_relax_constant(const float *restrict x, const float *restrict lower_intercept,
                               size_t n) {
  REORDER_SUMS
  float sum = 0;
  for (size_t i = 0; i < n; i++) sum += (0 > x[i] ? 0 : x[i]) * lower_intercept[i];
  return sum;
}

CLONES void ck_relax_constant_gradient(const float *restrict x,
                                       const float *restrict lower_intercept, float g,
                                       float *restrict sum_x, float *restrict sum_intercept,
                                       size_t n) {
  for (size_t i = 0; i < n; i++) {
    sum_x[i] += x[i] >= 0 ? g * lower_intercept[i] : 0;
    sum_intercept[i] += g * (0 > x[i] ? 0 : x[i]);
  }
}
