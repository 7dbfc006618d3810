#include "api.h"

#if DNNL_VERSION_MAJOR >= 3

dnnl_status_t api_md_create(api_md *md, int rank, const dnnl_dims_t dims, dnnl_format_tag_t tag) {
  return dnnl_memory_desc_create_with_tag(md, rank, dims, dnnl_f32, tag);
}

void api_md_destroy(api_md *md) {
  if (*md) dnnl_memory_desc_destroy(*md);
}

/// A backward descriptor needs the forward one as a hint.
static dnnl_status_t forward_descriptor(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                        const api_convolution *r) {
  return dnnl_convolution_forward_primitive_desc_create(
      result, engine, dnnl_forward_training, dnnl_convolution_direct, r->images, r->weights,
      r->bias, r->output, r->strides, r->dilates, r->padding_before, r->padding_after, r->attributes);
}

dnnl_status_t api_convolution_descriptor(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                         conednn_direction direction, const api_convolution *r) {
  if (direction == CONEDNN_FORWARD) return forward_descriptor(result, engine, r);
  dnnl_primitive_desc_t hint = NULL;
  dnnl_status_t status = forward_descriptor(&hint, engine, r);
  if (status != dnnl_success) return status;
  if (direction == CONEDNN_BACKWARD_DATA) {
    status = dnnl_convolution_backward_data_primitive_desc_create(
        result, engine, dnnl_convolution_direct, r->images, r->weights, r->output, r->strides,
        r->dilates, r->padding_before, r->padding_after, hint, r->attributes);
  } else {
    status = dnnl_convolution_backward_weights_primitive_desc_create(
        result, engine, dnnl_convolution_direct, r->images, r->weights, r->bias, r->output,
        r->strides, r->dilates, r->padding_before, r->padding_after, hint, r->attributes);
  }
  dnnl_primitive_desc_destroy(hint);
  return status;
}

#else

dnnl_status_t api_md_create(api_md *md, int rank, const dnnl_dims_t dims, dnnl_format_tag_t tag) {
  return dnnl_memory_desc_init_by_tag(md, rank, dims, dnnl_f32, tag);
}

void api_md_destroy(api_md *md) { (void)md; }

static dnnl_status_t forward_descriptor(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                        const api_convolution *r) {
  dnnl_convolution_desc_t operation;
  dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
      &operation, dnnl_forward_training, dnnl_convolution_direct, r->images, r->weights, r->bias,
      r->output, r->strides, r->dilates, r->padding_before, r->padding_after);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &operation, r->attributes, engine, NULL);
}

dnnl_status_t api_convolution_descriptor(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                         conednn_direction direction, const api_convolution *r) {
  if (direction == CONEDNN_FORWARD) return forward_descriptor(result, engine, r);
  dnnl_primitive_desc_t hint = NULL;
  dnnl_status_t status = forward_descriptor(&hint, engine, r);
  if (status != dnnl_success) return status;
  dnnl_convolution_desc_t operation;
  if (direction == CONEDNN_BACKWARD_DATA) {
    status = dnnl_dilated_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, r->images, r->weights, r->output, r->strides,
        r->dilates, r->padding_before, r->padding_after);
  } else {
    status = dnnl_dilated_convolution_backward_weights_desc_init(
        &operation, dnnl_convolution_direct, r->images, r->weights, r->bias, r->output,
        r->strides, r->dilates, r->padding_before, r->padding_after);
  }
  if (status == dnnl_success)
    status = dnnl_primitive_desc_create(result, &operation, r->attributes, engine, hint);
  dnnl_primitive_desc_destroy(hint);
  return status;
}

#endif
