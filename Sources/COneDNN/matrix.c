#include "COneDNN.h"
#include "api.h"

const char *conednn_sgemm(char transpose_a, char transpose_b, int64_t rows, int64_t columns,
                          int64_t inner, float alpha, const float *a, int64_t a_stride,
                          const float *b, int64_t b_stride, float beta, float *c,
                          int64_t c_stride) {
  dnnl_status_t status = dnnl_sgemm(transpose_a, transpose_b, rows, columns, inner, alpha, a,
                                    a_stride, b, b_stride, beta, c, c_stride);
  return status == dnnl_success ? NULL : "oneDNN cannot run a matrix product";
}

int conednn_version(void) {
  const dnnl_version_t *version = dnnl_version();
  return version->major * 10000 + version->minor * 100 + version->patch;
}

/// Products are those of Float32, whatever ONEDNN_DEFAULT_FPMATH_MODE says: bounds count its
/// roundings, and not those of bfloat16 or TF32.
__attribute__((constructor)) static void use_strict_products(void) {
  dnnl_set_default_fpmath_mode(dnnl_fpmath_mode_strict);
}
