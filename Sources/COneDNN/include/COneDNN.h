/// The part of oneDNN that Crownwork uses, the same for its C API 2.6 and 3.x.
///
/// Nothing outside this target includes dnnl.h. All tensors are dense float32: images NHWC,
/// weights OIHW, matrices row-major. Every call that can fail returns NULL on success and a
/// static message naming the failed step otherwise.
#ifndef CONEDNN_H
#define CONEDNN_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  CONEDNN_FORWARD = 0,
  CONEDNN_BACKWARD_DATA = 1,
  CONEDNN_BACKWARD_WEIGHTS = 2,
} conednn_direction;

/// Sizes of one convolution. Padding is zero padding; (top, left) and (bottom, right) may differ.
typedef struct {
  int64_t batch;
  int64_t in_channels, in_height, in_width;
  int64_t out_channels, out_height, out_width;
  int64_t kernel_height, kernel_width;
  int64_t stride_height, stride_width;
  int64_t pad_top, pad_left, pad_bottom, pad_right;
} conednn_convolution_shape;

/// A convolution compiled for one shape and direction. Not safe for concurrent use.
typedef struct conednn_convolution conednn_convolution;

/// Compiles a convolution. `with_bias` adds a bias operand (forward) or computes its gradient
/// (backward-weights); it is ignored for backward-data.
const char *conednn_convolution_create(conednn_direction direction,
                                       const conednn_convolution_shape *shape, int with_bias,
                                       conednn_convolution **result);

void conednn_convolution_destroy(conednn_convolution *convolution);

/// The bytes of working memory that an execution needs.
size_t conednn_convolution_scratchpad_size(const conednn_convolution *convolution);

/// Runs a compiled convolution, on any thread. `scratchpad` is working memory, 64-byte aligned.
///
/// forward: reads images, weights, bias; writes output.
/// backward-data: reads weights, output; writes images.
/// backward-weights: reads images, output; writes weights, bias.
const char *conednn_convolution_execute(conednn_convolution *convolution, float *images,
                                        float *weights, float *bias, float *output,
                                        float *scratchpad);

/// C = alpha · op(A) · op(B) + beta · C, row-major; op is the identity ('N') or transpose ('T').
const char *conednn_sgemm(char transpose_a, char transpose_b, int64_t rows, int64_t columns,
                          int64_t inner, float alpha, const float *a, int64_t a_stride,
                          const float *b, int64_t b_stride, float beta, float *c,
                          int64_t c_stride);

/// The version of the oneDNN library in use, as major * 10000 + minor * 100 + patch.
int conednn_version(void);

#endif
