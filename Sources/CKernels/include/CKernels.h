/// The inner loops of the kernels, each compiled for several instruction sets and chosen when the
/// program is loaded. Swift compiles a function for one instruction set only, on x86-64 the oldest.
///
/// All arrays are float32 of `n` elements and do not overlap. NaN in an operand reaches the result:
/// `0 > x ? 0 : x` keeps it, `x > 0 ? x : 0` would not.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>

// Elementwise (elementwise.c)

/// out = |x|.
void ck_absolute(const float *x, float *out, size_t n);
/// out = g · sign(x), 0 at x = 0.
void ck_absolute_gradient(const float *x, const float *g, float *out, size_t n);
/// out = max(x, 0).
void ck_relu(const float *x, float *out, size_t n);
/// out = x + length · sign(g), moved into [lower, upper]; NaN where both ends are, as those of an
/// empty box. (A lower end alone that is NaN gives the upper one, as a NaN for x gives an end.)
void ck_box_step(const float *x, const float *g, float length, const float *lower,
                 const float *upper, float *out, size_t n);
/// out = g where x > 0, else 0.
void ck_relu_gradient(const float *x, const float *g, float *out, size_t n);
/// x = the nearest number in [0, 1], in place; 0 for NaN.
void ck_clamp_unit(float *x, size_t n);
/// sum += x.
void ck_accumulate(const float *x, float *sum, size_t n);
/// sum += factor · x.
void ck_accumulate_scaled(float factor, const float *x, float *sum, size_t n);
/// sum += g · sign(x), 0 at x = 0.
void ck_accumulate_signed(const float *x, const float *g, float *sum, size_t n);
/// Σ a·b, in an order fixed by the instruction set.
float ck_dot(const float *a, const float *b, size_t n);

// Intervals in centre and radius form (interval.c)

/// The box of [x − epsilon, x + epsilon] ∩ [low, high]; NaN where it is empty.
void ck_clipped_box(const float *x, float epsilon, float low, float high, float *out_c,
                    float *out_r, size_t n);
/// The box of max(h, 0) over h in [c − r, c + r].
void ck_interval_relu(const float *c, const float *r, float *out_c, float *out_r, size_t n);
void ck_interval_relu_gradient(const float *c, const float *r, const float *g_c, const float *g_r,
                               float *out_c, float *out_r, size_t n);

// Relaxation of ReLU (relaxation.c)

/// How the lower slope of an unstable ReLU is chosen.
typedef enum {
  CK_SLOPE_ADAPTIVE = 0,
  CK_SLOPE_SAME = 1,
  CK_SLOPE_ZERO = 2,
  CK_SLOPE_ONE = 3,
} ck_slope;

/// Lines around ReLU on [c − r, c + r]: lower·h ≤ max(h, 0) ≤ upper·h + intercept.
void ck_relu_lines(ck_slope slope, const float *c, const float *r, float *lower, float *upper,
                   float *intercept, size_t n);
/// Gradients of centre and radius from those of the upper slope and intercept.
void ck_relu_lines_gradient(const float *c, const float *r, const float *g_upper,
                            const float *g_intercept, float *out_c, float *out_r, size_t n);
/// out = x⁺ · lower + x⁻ · upper; returns Σ x⁻ · intercept.
float ck_relax(const float *x, const float *lower, const float *upper, const float *intercept,
               float *out, size_t n);
/// Gradients of ck_relax for that of its output, g, and of its constant, g_constant; those of the
/// lines are added to.
void ck_relax_gradient(const float *x, const float *lower, const float *upper,
                       const float *intercept, const float *g, float g_constant, float *out_x,
                       float *sum_lower, float *sum_upper, float *sum_intercept, size_t n);

/// The same with a lower slope of each row's own where the two given differ:
/// lower = slope_zero + (slope_one − slope_zero) · alpha.
float ck_relax_free(const float *x, const float *alpha, const float *slope_zero,
                    const float *slope_one, const float *upper, const float *intercept,
                    float *out, size_t n);
/// Its gradients, by the form and by alpha.
void ck_relax_free_form_gradient(const float *x, const float *alpha, const float *slope_zero,
                                 const float *slope_one, const float *upper,
                                 const float *intercept, const float *g, float g_constant,
                                 float *out_x, size_t n);
void ck_relax_free_alpha_gradient(const float *x, const float *slope_zero, const float *slope_one,
                                  const float *g, float *out_alpha, size_t n);

// Relaxation of other activations, whose lower lines need not go through the origin (relaxation.c)

/// Σ x⁺ · lower_intercept.
float ck_relax_constant(const float *x, const float *lower_intercept, size_t n);
/// Its gradients: sum_x += g · lower_intercept where x ≥ 0, sum_intercept += g · x⁺.
void ck_relax_constant_gradient(const float *x, const float *lower_intercept, float g,
                                float *sum_x, float *sum_intercept, size_t n);

// Linear forms over boxes (concretization.c)

/// Σ x·c − |x|·r.
float ck_concretize(const float *x, const float *c, const float *r, size_t n);
/// out = g · (c − sign(x)·r).
void ck_concretize_form_gradient(const float *x, const float *c, const float *r, float g,
                                 float *out, size_t n);
/// sum_c += g·x, sum_r −= g·|x|.
void ck_concretize_box_gradient(const float *x, float g, float *sum_c, float *sum_r, size_t n);
/// lower = Σ x·c − |x|·r and upper = Σ x·c + |x|·r, in one pass.
void ck_concretize_ends(const float *x, const float *c, const float *r, float *lower,
                        float *upper, size_t n);
/// out = g_lower · (c − sign(x)·r) + g_upper · (c + sign(x)·r).
void ck_concretize_ends_form_gradient(const float *x, const float *c, const float *r,
                                      float g_lower, float g_upper, float *out, size_t n);
/// sum_c += (g_lower + g_upper)·x, sum_r += (g_upper − g_lower)·|x|.
void ck_concretize_ends_box_gradient(const float *x, float g_lower, float g_upper, float *sum_c,
                                     float *sum_r, size_t n);

// The same with ends that hold in spite of rounding (outward.c)

/// The box of [x − epsilon, x + epsilon] ∩ [low, high], where x may also be one rounding of a
/// quotient k/255 away from what it stands for; NaN where it is empty.
void ck_outward_box(const float *x, float epsilon, float low, float high, float *out_c,
                    float *out_r, size_t n);
/// A box that holds [lower, upper]; NaN where an end is.
void ck_outward_interval(const float *lower, const float *upper, float *out_c, float *out_r,
                         size_t n);
/// lower ≤ c − r and upper ≥ c + r.
void ck_outward_ends(const float *c, const float *r, float *lower, float *upper, size_t n);
/// out ≥ r · by_radius + |c| · by_center, for r and factors that are not negative; NaN where |c| + r
/// is not below 2¹⁰⁰.
void ck_outward_radius(const float *c, const float *r, float by_radius, float by_center,
                       float *out, size_t n);
/// out ≥ x · factor + offset[channel] · by_offset, for numbers that are not negative; NaN where
/// |c| + out is not below 2¹⁰⁰. `offset` may be NULL, else n is a multiple of `channels`.
void ck_outward_sum(const float *c, const float *x, float factor, const float *offset,
                    size_t channels, float by_offset, float *out, size_t n);
/// A box that holds max(h, 0) over h in [c − r, c + r].
void ck_outward_relu(const float *c, const float *r, float *out_c, float *out_r, size_t n);
/// Lines as those of ck_relu_lines: lower·h ≤ max(h, 0), and max(h, 0) ≤ s·h + intercept for every
/// s that differs from `upper` by a rounding.
void ck_outward_relu_lines(ck_slope slope, const float *c, const float *r, float *lower,
                           float *upper, float *intercept, size_t n);
/// out = x⁺ · lower + x⁻ · upper; returns at most Σ x⁺ · low + x⁻ · high, less `error` of the sum of
/// its terms' magnitudes.
double ck_outward_relax(const float *x, const float *lower, const float *upper, const float *low,
                        const float *high, double error, float *out, size_t n);
/// The same with lower lines through the origin; returns Σ x⁻ · intercept, a sum in Double of terms
/// that are not positive.
double ck_outward_relax_below(const float *x, const float *lower, const float *upper,
                              const float *intercept, float *out, size_t n);
/// The same with a lower slope alpha of each row's own where the two given differ.
double ck_outward_relax_free(const float *x, const float *alpha, const float *slope_zero,
                             const float *slope_one, const float *upper, const float *intercept,
                             float *out, size_t n);
/// Σ x·c − |x|·r in Double, less `error` of the sum of the terms' magnitudes.
double ck_outward_concretize(const float *x, const float *c, const float *r, double error,
                             size_t n);
/// At most Σ x·offset − |x|·noise, where |offset| ≤ 2²² · noise and n is below 2²⁰.
double ck_outward_offset(const float *x, const float *offset, const float *noise, size_t n);

// Convolutions of few input channels (windows.c)

/// The windows of one image that a convolution reads: `rows` × `columns` of them, each made of
/// `runs` runs of `run_length` contiguous floats; `width` is the number of output channels, a
/// multiple of 4.
typedef struct {
  size_t rows, columns;
  /// Distances in the image between windows below and beside one another.
  size_t row_step, column_step;
  size_t runs, run_length, run_stride;
  size_t width;
} ck_windows;

/// out[window] = Σ_tap image[window, tap] · weight[tap] (+ bias): weight is [taps][width], out
/// [rows · columns][width]. `bias` may be NULL.
void ck_windows_product(const ck_windows *w, const float *image, const float *weight,
                        const float *bias, float *out);
/// weight_sum[tap] += Σ_window image[window, tap] · g[window].
void ck_windows_weight_gradient(const ck_windows *w, const float *image, const float *g,
                                float *weight_sum);
/// image_sum[window, tap] += Σ_channel g[window, channel] · weight[channel][tap].
///
/// `weight` is [width][runs][padded], `padded` being the run length rounded up to a multiple of 4,
/// filled with zeros; up to 3 floats behind a run get 0 added, so the image ends with that much
/// slack. `scratch` holds columns · runs · padded floats.
void ck_windows_image_gradient(const ck_windows *w, const float *g, const float *weight,
                               float *image_sum, float *scratch);

// Average pooling (pooling.c)

/// out[channel] = factor · Σ over a window of an image, `rows` × `columns` positions.
void ck_window_sum(const float *image, size_t rows, size_t row_stride, size_t columns,
                   size_t channels, float factor, float *out);
/// Adds factor · g[channel] to every position of a window.
void ck_window_spread(const float *g, size_t rows, size_t row_stride, size_t columns,
                      size_t channels, float factor, float *image_sum);

// Statistics of channels (channels.c)

/// sums[channel] += Σ x over `positions` positions of `channels` floats.
void ck_channel_sums(const float *x, size_t positions, size_t channels, double *sums);
/// sums[channel] += Σ (x − mean)².
void ck_channel_deviations(const float *x, const float *mean, size_t positions, size_t channels,
                           double *sums);
/// sums[channel] += Σ x·y.
void ck_channel_products(const float *x, const float *y, size_t positions, size_t channels,
                         double *sums);

// Optimiser (adam.c)

/// One step of Adam; `rate` is the learning rate over its correction, `root` the square root of the
/// second moment's correction, `scale` multiplies the gradient.
void ck_adam(float *p, float *m, float *v, const float *g, float scale, float beta1, float beta2,
             float rate, float root, float epsilon, size_t n);

// Health of pre-activation intervals (``BoundHealthKernel``).

/// Adds to sums: Σ r and Σ c; over the active neurons (c − r > 0) and then the inactive ones (c + r
/// < 0) their number, Σ c and Σ c².
void ck_health_sums(const float *c, const float *r, size_t n, double *sums);
/// By centre: f0 + f1·c of active neurons, f2 + f3·c of inactive ones, and f4 on top of all; by
/// radius: f5.
void ck_health_gradient(const float *c, const float *r, const float *factors, float *by_center,
                        float *by_radius, size_t n);

#endif
