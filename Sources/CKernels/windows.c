#include "CKernels.h"
#include "clones.h"

#define INLINE static inline __attribute__((always_inline))

typedef float v4 __attribute__((vector_size(16), aligned(4)));
typedef float v8 __attribute__((vector_size(32), aligned(4)));
typedef float v16 __attribute__((vector_size(64), aligned(4)));

/// Windows computed at once. Six sums of 16 lanes fill AVX2's registers and hide most of the
/// latency of AVX-512's.
enum { BLOCK = 6 };
/// Taps of a run whose gradients are summed at once: constants, so that they are places behind one
/// pointer. Of short runs two are.
enum { TAPS = 8, SHORT_RUN = 5 };

/// Calls a function with a number of taps up to TAPS that is a constant to it.
#define WITH_TAPS(count, CALL, ...)          \
  switch (count) {                           \
    case 1: CALL(__VA_ARGS__, 1); break;     \
    case 2: CALL(__VA_ARGS__, 2); break;     \
    case 3: CALL(__VA_ARGS__, 3); break;     \
    case 4: CALL(__VA_ARGS__, 4); break;     \
    case 5: CALL(__VA_ARGS__, 5); break;     \
    case 6: CALL(__VA_ARGS__, 6); break;     \
    case 7: CALL(__VA_ARGS__, 7); break;     \
    default: CALL(__VA_ARGS__, 8); break;    \
  }

/// For each vector type: `count` windows of `lanes` output channels; the rest of the row likewise;
/// the gradients of `taps` taps in each of `runs` runs, and so of all.
#define DEFINE_PRODUCT(V)                                                                        \
  INLINE void product_block_##V(const ck_windows *w, const float *image, const float *weight,    \
                                const float *bias, float *out, int count) {                      \
    const size_t step = w->column_step, width = w->width;                                        \
    V sum[BLOCK];                                                                                \
    for (int p = 0; p < count; p++) sum[p] = bias ? *(const V *)bias : (V){0};                   \
    for (size_t run = 0; run < w->runs; run++) {                                                 \
      const float *taps = image + run * w->run_stride;                                           \
      for (size_t k = 0; k < w->run_length; k++, weight += width) {                              \
        const V factor = *(const V *)weight;                                                     \
        for (int p = 0; p < count; p++) sum[p] += taps[p * step + k] * factor;                   \
      }                                                                                          \
    }                                                                                            \
    for (int p = 0; p < count; p++) *(V *)(out + p * width) = sum[p];                            \
  }                                                                                              \
  INLINE void product_##V(const ck_windows *w, const float *image, const float *weight,          \
                          const float *bias, float *out) {                                       \
    for (size_t row = 0; row < w->rows; row++) {                                                 \
      const float *from = image + row * w->row_step;                                             \
      float *to = out + row * w->columns * w->width;                                             \
      size_t p = 0;                                                                              \
      for (; p + BLOCK <= w->columns; p += BLOCK)                                                \
        product_block_##V(w, from + p * w->column_step, weight, bias, to + p * w->width, BLOCK); \
      for (; p + 2 <= w->columns; p += 2)                                                        \
        product_block_##V(w, from + p * w->column_step, weight, bias, to + p * w->width, 2);     \
      for (; p < w->columns; p++)                                                                \
        product_block_##V(w, from + p * w->column_step, weight, bias, to + p * w->width, 1);     \
    }                                                                                            \
  }                                                                                              \
  INLINE void gradient_block_##V(const ck_windows *w, const float *image, const float *g,        \
                                 float *weight_sum, size_t runs, size_t taps) {                  \
    const size_t width = w->width, stride = w->run_stride;                                       \
    V sum[TAPS + 2];                                                                             \
    for (size_t t = 0; t < runs * taps; t++) sum[t] = (V){0};                                    \
    for (size_t row = 0; row < w->rows; row++) {                                                 \
      const float *from = image + row * w->row_step;                                             \
      const float *gradients = g + row * w->columns * width;                                     \
      for (size_t p = 0; p < w->columns; p++, from += w->column_step, gradients += width) {      \
        const V factor = *(const V *)gradients;                                                  \
        for (size_t r = 0; r < runs; r++)                                                        \
          for (size_t k = 0; k < taps; k++)                                                      \
            sum[r * taps + k] += from[r * stride + k] * factor;                                  \
      }                                                                                          \
    }                                                                                            \
    for (size_t r = 0; r < runs; r++)                                                            \
      for (size_t k = 0; k < taps; k++)                                                          \
        *(V *)(weight_sum + (r * w->run_length + k) * width) += sum[r * taps + k];               \
  }                                                                                              \
  INLINE void gradient_##V(const ck_windows *w, const float *image, const float *g,              \
                           float *weight_sum) {                                                  \
    size_t run = 0;                                                                              \
    if (w->run_length <= SHORT_RUN)                                                              \
      for (; run + 2 <= w->runs; run += 2) {                                                     \
        const float *from = image + run * w->run_stride;                                         \
        float *to = weight_sum + run * w->run_length * w->width;                                 \
        WITH_TAPS(w->run_length, gradient_block_##V, w, from, g, to, 2)                          \
      }                                                                                          \
    for (; run < w->runs; run++)                                                                 \
      for (size_t k = 0; k < w->run_length; k += TAPS) {                                         \
        const size_t count = w->run_length - k;                                                  \
        const float *from = image + run * w->run_stride + k;                                     \
        float *to = weight_sum + (run * w->run_length + k) * w->width;                           \
        WITH_TAPS(count, gradient_block_##V, w, from, g, to, 1)                                  \
      }                                                                                          \
  }

DEFINE_PRODUCT(v4)
DEFINE_PRODUCT(v8)
DEFINE_PRODUCT(v16)

/// Runs a function on as many channels at a time as vectors hold.
#define FOR_CHANNELS(width, CALL)                  \
  size_t o = 0;                                    \
  for (; o + 16 <= (width); o += 16) CALL(v16);    \
  for (; o + 8 <= (width); o += 8) CALL(v8);       \
  for (; o + 4 <= (width); o += 4) CALL(v4);

INLINE void product(const ck_windows *w, const float *image, const float *weight,
                    const float *bias, float *out) {
#define CALL(V) product_##V(w, image, weight + o, bias ? bias + o : bias, out + o)
  FOR_CHANNELS(w->width, CALL)
#undef CALL
}

CLONES void ck_windows_product(const ck_windows *w, const float *image, const float *weight,
                               const float *bias, float *out) {
  product(w, image, weight, bias, out);
}

CLONES void ck_windows_weight_gradient(const ck_windows *w, const float *image, const float *g,
                                       float *weight_sum) {
#define CALL(V) gradient_##V(w, image, g + o, weight_sum + o)
  FOR_CHANNELS(w->width, CALL)
#undef CALL
}

CLONES void ck_windows_image_gradient(const ck_windows *w, const float *g, const float *weight,
                                      float *image_sum, float *scratch) {
  const size_t padded = (w->run_length + 3) / 4 * 4;
  // A row of g as windows of one run, the channels, against the taps as output channels.
  const ck_windows channels = {.rows = 1, .columns = w->columns, .row_step = 0,
                               .column_step = w->width, .runs = 1, .run_length = w->width,
                               .run_stride = 0, .width = w->runs * padded};
  for (size_t row = 0; row < w->rows; row++) {
    product(&channels, g + row * w->columns * w->width, weight, 0, scratch);
    const float *from = scratch;
    for (size_t p = 0; p < w->columns; p++) {
      float *to = image_sum + row * w->row_step + p * w->column_step;
      for (size_t run = 0; run < w->runs; run++, to += w->run_stride)
        for (size_t k = 0; k < padded; k += 4, from += 4) *(v4 *)(to + k) += *(const v4 *)from;
    }
  }
}
