#include "CKernels.h"
#include "clones.h"

CLONES double ck_sum(const float *restrict x, size_t n) {
  REORDER_SUMS
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i];
  return sum;
}

CLONES void ck_health_sums(const float *restrict c, const float *restrict r, double mean, size_t n,
                           double *restrict sums) {
  REORDER_SUMS
  double active = 0, active_drift = 0, active_spread = 0;
  double inactive = 0, inactive_drift = 0, inactive_spread = 0;
  for (size_t i = 0; i < n; i++) {
    double a = c[i] - r[i] > 0 ? 1 : 0, b = c[i] + r[i] < 0 ? 1 : 0, d = c[i] - mean;
    active += a * c[i];
    active_drift += a * d;
    active_spread += a * d * d;
    inactive += b * c[i];
    inactive_drift += b * d;
    inactive_spread += b * d * d;
  }
  sums[0] = active, sums[1] = active_drift, sums[2] = active_spread;
  sums[3] = inactive, sums[4] = inactive_drift, sums[5] = inactive_spread;
}

CLONES void ck_health_gradient(const float *restrict c, const float *restrict r, double mean,
                               const double *restrict factors, float *restrict out, size_t n) {
  double a0 = factors[0], a1 = factors[1], b0 = factors[2], b1 = factors[3], common = factors[4];
  for (size_t i = 0; i < n; i++) {
    double a = c[i] - r[i] > 0 ? 1 : 0, b = c[i] + r[i] < 0 ? 1 : 0, d = c[i] - mean;
    out[i] = (float)(a * (a0 + a1 * d) + b * (b0 + b1 * d) + common);
  }
}
