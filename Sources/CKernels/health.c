#include "CKernels.h"
#include "clones.h"

CLONES void ck_health_sums(const float *restrict c, const float *restrict r, size_t n,
                           double *restrict sums) {
  REORDER_SUMS
  double radius = 0, center = 0;
  double active = 0, active_sum = 0, active_squares = 0;
  double inactive = 0, inactive_sum = 0, inactive_squares = 0;
  for (size_t i = 0; i < n; i++) {
    double a = c[i] - r[i] > 0 ? 1 : 0, b = c[i] + r[i] < 0 ? 1 : 0;
    double x = c[i];
    radius += r[i];
    center += x;
    active += a;
    active_sum += a * x;
    active_squares += a * x * x;
    inactive += b;
    inactive_sum += b * x;
    inactive_squares += b * x * x;
  }
  sums[0] += radius, sums[1] += center;
  sums[2] += active, sums[3] += active_sum, sums[4] += active_squares;
  sums[5] += inactive, sums[6] += inactive_sum, sums[7] += inactive_squares;
}

CLONES void ck_health_gradient(const float *restrict c, const float *restrict r,
                               const float *restrict factors, float *restrict by_center,
                               float *restrict by_radius, size_t n) {
  const float a0 = factors[0], a1 = factors[1], b0 = factors[2], b1 = factors[3];
  const float common = factors[4], radius = factors[5];
  for (size_t i = 0; i < n; i++) {
    float a = c[i] - r[i] > 0 ? 1 : 0, b = c[i] + r[i] < 0 ? 1 : 0;
    by_center[i] = a * (a0 + a1 * c[i]) + b * (b0 + b1 * c[i]) + common;
    by_radius[i] = radius;
  }
}
