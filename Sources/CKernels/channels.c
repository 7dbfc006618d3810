#include "CKernels.h"
#include "clones.h"

CLONES void ck_channel_sums(const float *restrict x, size_t positions, size_t channels,
                            double *restrict sums) {
  for (size_t p = 0; p < positions; p++)
    for (size_t c = 0; c < channels; c++) sums[c] += x[p * channels + c];
}

CLONES void ck_channel_deviations(const float *restrict x, const float *restrict mean,
                                  size_t positions, size_t channels, double *restrict sums) {
  for (size_t p = 0; p < positions; p++)
    for (size_t c = 0; c < channels; c++) {
      const float deviation = x[p * channels + c] - mean[c];
      sums[c] += deviation * deviation;
    }
}

CLONES void ck_channel_products(const float *restrict x, const float *restrict y, size_t positions,
                                size_t channels, double *restrict sums) {
  for (size_t p = 0; p < positions; p++)
    for (size_t c = 0; c < channels; c++)
      sums[c] += x[p * channels + c] * y[p * channels + c];
}
