#include "CKernels.h"
#include "clones.h"

// Rounding to nearest errs by at most 2⁻²⁴ of its result. Each function below gives an end beyond
// the exact value of an expression of a few roundings: 2⁻²¹ of the result covers seven of them, and
// 2⁻¹⁰⁰ covers what underflow loses, gradual or flushed to zero.

static inline float above(float x) {
  return x + (__builtin_fabsf(x) * 0x1p-21f + 0x1p-100f);
}

static inline float below(float x) {
  return x - (__builtin_fabsf(x) * 0x1p-21f + 0x1p-100f);
}

/// x, or NaN where it is not below 2¹⁰⁰. Below, no sum that the radius bounds can overflow.
static inline float limited(float x) { return x < 0x1p100f ? x : __builtin_nanf(""); }

static inline float larger(float a, float b) { return a > b ? a : b; }

CLONES void ck_outward_box(const float *restrict x, float epsilon, float low, float high,
                           float *restrict out_c, float *restrict out_r, size_t n) {
  for (size_t i = 0; i < n; i++) {
    // x may be k/255 rounded, k times 1/255 rounded, or k/255 itself: 2⁻²³ of x apart. The rest
    // of 2⁻²¹ covers the two roundings here.
    const float slack = (__builtin_fabsf(x[i]) + epsilon) * 0x1p-21f;
    float lower = x[i] - epsilon - slack;
    float upper = x[i] + epsilon + slack;
    const float empty = lower <= high && upper >= low ? 0 : __builtin_nanf("");
    lower = low > lower ? low : lower;
    upper = high < upper ? high : upper;
    const float c = 0.5f * lower + 0.5f * upper;
    out_c[i] = c + empty;
    out_r[i] = limited(above(larger(upper - c, c - lower)) + empty);
  }
}

CLONES void ck_outward_interval(const float *restrict lower, const float *restrict upper,
                                float *restrict out_c, float *restrict out_r, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float c = 0.5f * lower[i] + 0.5f * upper[i];
    const float to_lower = c - lower[i], to_upper = upper[i] - c;
    out_c[i] = c;
    // A NaN in either end is in both differences. A radius is not negative, whatever the ends.
    out_r[i] = above(to_upper > to_lower ? to_upper : 0 > to_lower ? 0 : to_lower);
  }
}

CLONES void ck_outward_ends(const float *restrict c, const float *restrict r,
                            float *restrict lower, float *restrict upper, size_t n) {
  for (size_t i = 0; i < n; i++) {
    lower[i] = below(c[i] - r[i]);
    upper[i] = above(c[i] + r[i]);
  }
}

CLONES void ck_outward_radius(const float *restrict c, const float *restrict r, float by_radius,
                              float by_center, float *restrict out, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float center = __builtin_fabsf(c[i]);
    const float bad = center + r[i] < 0x1p100f ? 0 : __builtin_nanf("");
    out[i] = above(r[i] * by_radius + center * by_center) + bad;
  }
}

CLONES void ck_outward_sum(const float *restrict c, const float *restrict x, float factor,
                           const float *restrict offset, size_t channels, float by_offset,
                           float *restrict out, size_t n) {
  if (!offset) {
    for (size_t i = 0; i < n; i++) {
      const float sum = above(x[i] * factor);
      const float bad = __builtin_fabsf(c[i]) + sum < 0x1p100f ? 0 : __builtin_nanf("");
      out[i] = sum + bad;
    }
    return;
  }
  for (size_t i = 0; i < n; i += channels) {
    for (size_t j = 0; j < channels; j++) {
      const float sum = above(x[i + j] * factor + offset[j] * by_offset);
      const float bad = __builtin_fabsf(c[i + j]) + sum < 0x1p100f ? 0 : __builtin_nanf("");
      out[i + j] = sum + bad;
    }
  }
}

CLONES void ck_outward_relu(const float *restrict c, const float *restrict r,
                            float *restrict out_c, float *restrict out_r, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float half = 0.5f * above(c[i] + r[i]);
    const int is_active = below(c[i] - r[i]) >= 0, is_inactive = half <= 0;
    // Comparisons with NaN are false and keep it: `half` is NaN then.
    out_c[i] = is_active ? c[i] : is_inactive ? 0 : half;
    out_r[i] = is_active ? r[i] : is_inactive ? 0 : half;
  }
}

static inline __attribute__((always_inline)) void lines(ck_slope slope, const float *restrict c,
                                                        const float *restrict r,
                                                        float *restrict lower,
                                                        float *restrict upper,
                                                        float *restrict intercept, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float l = below(c[i] - r[i]);
    const float u = above(c[i] + r[i]);
    const float stable = l >= 0 ? 1 : 0;
    // However it is rounded, it is between 0 and 1, and the intercept is that of the rounded slope.
    const float chord = u / (u - l);
    const int unstable = l < 0 && u > 0;
    float chosen = slope == CK_SLOPE_ONE ? 1 : 0;
    if (slope == CK_SLOPE_ADAPTIVE) chosen = u > -l ? 1 : 0;
    if (slope == CK_SLOPE_SAME) chosen = chord;
    lower[i] = unstable ? chosen : stable;
    upper[i] = unstable ? chord : stable;
    // max(h, 0) − s·h is largest at an end. A coefficient times s is rounded, which moves the slope
    // by 2⁻²⁴ of itself and the line by as much of the farther end.
    const float at_ends = larger(-l * chord, (1 - chord) * u);
    const float raised = above(at_ends + larger(-l, u) * 0x1p-22f);
    intercept[i] = (unstable ? raised : 0) + 0 * (u - l);
  }
}

CLONES void ck_outward_relu_lines(ck_slope slope, const float *restrict c,
                                  const float *restrict r, float *restrict lower,
                                  float *restrict upper, float *restrict intercept, size_t n) {
  switch (slope) {
    case CK_SLOPE_ADAPTIVE: lines(CK_SLOPE_ADAPTIVE, c, r, lower, upper, intercept, n); break;
    case CK_SLOPE_SAME: lines(CK_SLOPE_SAME, c, r, lower, upper, intercept, n); break;
    case CK_SLOPE_ZERO: lines(CK_SLOPE_ZERO, c, r, lower, upper, intercept, n); break;
    case CK_SLOPE_ONE: lines(CK_SLOPE_ONE, c, r, lower, upper, intercept, n); break;
  }
}

CLONES double ck_outward_relax(const float *restrict x, const float *restrict lower,
                               const float *restrict upper, const float *restrict low,
                               const float *restrict high, double error, float *restrict out,
                               size_t n) {
  REORDER_SUMS
  double sum = 0, size = 0;
  for (size_t i = 0; i < n; i++) {
    const float positive = 0 > x[i] ? 0 : x[i];
    const float negative = 0 < x[i] ? 0 : x[i];
    out[i] = positive * lower[i] + negative * upper[i];
    // Products of two Floats are exact in Double.
    const double term = (double)positive * low[i] + (double)negative * high[i];
    sum += term;
    size += __builtin_fabs(term);
  }
  return sum - error * size;
}

CLONES double ck_outward_relax_below(const float *restrict x, const float *restrict lower,
                                     const float *restrict upper, const float *restrict intercept,
                                     float *restrict out, size_t n) {
  REORDER_SUMS
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    const float positive = 0 > x[i] ? 0 : x[i];
    const float negative = 0 < x[i] ? 0 : x[i];
    out[i] = positive * lower[i] + negative * upper[i];
    sum += (double)negative * intercept[i];
  }
  return sum;
}

CLONES double ck_outward_relax_free(const float *restrict x, const float *restrict alpha,
                                    const float *restrict slope_zero,
                                    const float *restrict slope_one, const float *restrict upper,
                                    const float *restrict intercept, float *restrict out,
                                    size_t n) {
  REORDER_SUMS
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    const float positive = 0 > x[i] ? 0 : x[i];
    const float negative = 0 < x[i] ? 0 : x[i];
    const float lower = slope_zero[i] != slope_one[i] ? alpha[i] : slope_zero[i];
    out[i] = positive * lower + negative * upper[i];
    sum += (double)negative * intercept[i];
  }
  return sum;
}

CLONES double ck_outward_concretize(const float *restrict x, const float *restrict c,
                                    const float *restrict r, double error, size_t n) {
  REORDER_SUMS
  double sum = 0, size = 0;
  for (size_t i = 0; i < n; i++) {
    const double spread = (double)__builtin_fabsf(x[i]) * r[i], middle = (double)x[i] * c[i];
    sum += middle - spread;
    size += __builtin_fabs(middle) + spread;
  }
  return sum - error * size;
}

CLONES double ck_outward_offset(const float *restrict x, const float *restrict offset,
                                const float *restrict noise, size_t n) {
  REORDER_SUMS
  double sum = 0;
  float spread = 0;
  for (size_t i = 0; i < n; i++) {
    sum += (double)x[i] * offset[i];
    spread += __builtin_fabsf(x[i]) * noise[i];
  }
  // The sum of numbers that are not negative errs by γ(n + 1) of itself in any order, underflow
  // aside. That in Double errs by n·2⁻⁵² of its terms, which are at most 2²² of the others.
  return sum - ((double)spread * (1 + (double)(n + 8) * 0x1p-22) + (double)n * 0x1p-125);
}
