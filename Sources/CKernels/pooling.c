#include "CKernels.h"
#include "clones.h"

CLONES void ck_window_sum(const float *restrict image, size_t rows, size_t row_stride,
                          size_t columns, size_t channels, float factor, float *restrict out) {
  for (size_t c = 0; c < channels; c++) out[c] = 0;
  for (size_t row = 0; row < rows; row++)
    for (size_t column = 0; column < columns; column++) {
      const float *from = image + row * row_stride + column * channels;
      for (size_t c = 0; c < channels; c++) out[c] += factor * from[c];
    }
}

CLONES void ck_window_spread(const float *restrict g, size_t rows, size_t row_stride,
                             size_t columns, size_t channels, float factor,
                             float *restrict image_sum) {
  for (size_t row = 0; row < rows; row++)
    for (size_t column = 0; column < columns; column++) {
      float *to = image_sum + row * row_stride + column * channels;
      for (size_t c = 0; c < channels; c++) to[c] += factor * g[c];
    }
}
