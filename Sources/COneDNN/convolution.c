#include <stdlib.h>
#include <string.h>

#include "COneDNN.h"
#include "api.h"

/// One operand of a convolution: the plain memory the caller's pointer is put into, the memory the
/// primitive works on, and the reorder between the two where their layouts differ.
typedef struct {
  dnnl_memory_t plain;
  dnnl_memory_t working;
  dnnl_primitive_t reorder;
  dnnl_memory_t scratchpad;
} operand;

struct conednn_convolution {
  conednn_direction direction;
  int with_bias;
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_primitive_t primitive;
  operand images, weights, bias, output;
  dnnl_memory_t scratchpad;
  size_t scratchpad_size;
};

static void destroy_operand(operand *o) {
  if (o->working && o->working != o->plain) dnnl_memory_destroy(o->working);
  if (o->plain) dnnl_memory_destroy(o->plain);
  if (o->scratchpad) dnnl_memory_destroy(o->scratchpad);
  if (o->reorder) dnnl_primitive_destroy(o->reorder);
}

void conednn_convolution_destroy(conednn_convolution *c) {
  if (!c) return;
  destroy_operand(&c->images);
  destroy_operand(&c->weights);
  destroy_operand(&c->bias);
  destroy_operand(&c->output);
  if (c->scratchpad) dnnl_memory_destroy(c->scratchpad);
  if (c->primitive) dnnl_primitive_destroy(c->primitive);
  if (c->stream) dnnl_stream_destroy(c->stream);
  if (c->engine) dnnl_engine_destroy(c->engine);
  free(c);
}

/// Describes the working memory of a primitive, to be pointed somewhere before each execution.
static dnnl_status_t create_scratchpad(dnnl_memory_t *scratchpad, conednn_convolution *c,
                                       const_dnnl_primitive_desc_t descriptor) {
  api_const_md md = dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0);
  const size_t size = dnnl_memory_desc_get_size(md);
  if (size > c->scratchpad_size) c->scratchpad_size = size;
  return dnnl_memory_create(scratchpad, md, c->engine, DNNL_MEMORY_NONE);
}

static dnnl_status_t create_reorder(operand *o, conednn_convolution *c, api_const_md from,
                                    api_const_md to, const_dnnl_primitive_attr_t attributes) {
  dnnl_primitive_desc_t descriptor = NULL;
  dnnl_status_t status = dnnl_reorder_primitive_desc_create(&descriptor, from, c->engine, to,
                                                            c->engine, attributes);
  if (status != dnnl_success) return status;
  status = dnnl_primitive_create(&o->reorder, descriptor);
  if (status == dnnl_success) status = create_scratchpad(&o->scratchpad, c, descriptor);
  dnnl_primitive_desc_destroy(descriptor);
  return status;
}

/// Creates the memories of an operand. `towards_working` tells the direction of the reorder.
static dnnl_status_t create_operand(operand *o, conednn_convolution *c, api_md plain,
                                    api_const_md working, int towards_working,
                                    const_dnnl_primitive_attr_t attributes) {
  dnnl_status_t status =
      dnnl_memory_create(&o->plain, api_md_pointer(&plain), c->engine, DNNL_MEMORY_NONE);
  if (status != dnnl_success) return status;
  if (dnnl_memory_desc_equal(api_md_pointer(&plain), working)) {
    o->working = o->plain;
    return dnnl_success;
  }
  status = dnnl_memory_create(&o->working, working, c->engine, DNNL_MEMORY_ALLOCATE);
  if (status != dnnl_success) return status;
  return create_reorder(o, c, towards_working ? api_md_pointer(&plain) : working,
                        towards_working ? working : api_md_pointer(&plain), attributes);
}

const char *conednn_convolution_create(conednn_direction direction,
                                       const conednn_convolution_shape *s, int with_bias,
                                       conednn_convolution **result) {
  *result = NULL;
  conednn_convolution *c = calloc(1, sizeof *c);
  if (!c) return "out of memory";
  c->direction = direction;
  c->with_bias = with_bias && direction != CONEDNN_BACKWARD_DATA;

  dnnl_dims_t in = {s->batch, s->in_channels, s->in_height, s->in_width};
  dnnl_dims_t out = {s->batch, s->out_channels, s->out_height, s->out_width};
  dnnl_dims_t kernel = {s->out_channels, s->in_channels, s->kernel_height, s->kernel_width};
  dnnl_dims_t bias_dims = {s->out_channels};
  api_md images, output, weights, any_weights, bias;
  memset(&images, 0, sizeof images);
  output = weights = any_weights = bias = images;
  dnnl_primitive_desc_t descriptor = NULL;
  dnnl_primitive_attr_t attributes = NULL;
  const char *failure = NULL;

#define TRY(step, call)              \
  if ((call) != dnnl_success) {      \
    failure = "oneDNN cannot " step; \
    goto done;                       \
  }
  TRY("create its CPU engine", dnnl_engine_create(&c->engine, dnnl_cpu, 0))
  TRY("create a stream", dnnl_stream_create(&c->stream, c->engine, dnnl_stream_default_flags))
  TRY("create attributes", dnnl_primitive_attr_create(&attributes))
  // Working memory is the caller's: that of the library belongs to the thread that compiled the
  // primitive, which crashes on any other.
  TRY("leave working memory to the caller",
      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user))
  TRY("describe the images", api_md_create(&images, 4, in, dnnl_nhwc))
  TRY("describe the output", api_md_create(&output, 4, out, dnnl_nhwc))
  TRY("describe the weights", api_md_create(&weights, 4, kernel, dnnl_oihw))
  TRY("describe the weights", api_md_create(&any_weights, 4, kernel, dnnl_format_tag_any))
  TRY("describe the bias", api_md_create(&bias, 1, bias_dims, dnnl_a))
  api_convolution request = {
      .images = api_md_pointer(&images),
      .weights = api_md_pointer(&any_weights),
      .bias = c->with_bias ? api_md_pointer(&bias) : NULL,
      .output = api_md_pointer(&output),
      .strides = {s->stride_height, s->stride_width},
      .dilates = {0, 0},
      .padding_before = {s->pad_top, s->pad_left},
      .padding_after = {s->pad_bottom, s->pad_right},
      .attributes = attributes,
  };
  TRY("find a convolution for these sizes",
      api_convolution_descriptor(&descriptor, c->engine, direction, &request))
  TRY("compile a convolution", dnnl_primitive_create(&c->primitive, descriptor))
  TRY("describe its working memory", create_scratchpad(&c->scratchpad, c, descriptor))
  dnnl_query_t weights_query = direction == CONEDNN_BACKWARD_WEIGHTS
                                   ? dnnl_query_diff_weights_md
                                   : dnnl_query_weights_md;
  api_const_md chosen = dnnl_primitive_desc_query_md(descriptor, weights_query, 0);
  TRY("bind the images",
      create_operand(&c->images, c, images, api_md_pointer(&images), 1, attributes))
  TRY("bind the output",
      create_operand(&c->output, c, output, api_md_pointer(&output), 1, attributes))
  TRY("bind the weights", create_operand(&c->weights, c, weights, chosen,
                                         direction != CONEDNN_BACKWARD_WEIGHTS, attributes))
  TRY("bind the bias", create_operand(&c->bias, c, bias, api_md_pointer(&bias), 1, attributes))
#undef TRY

done:
  if (descriptor) dnnl_primitive_desc_destroy(descriptor);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  api_md_destroy(&images);
  api_md_destroy(&output);
  api_md_destroy(&weights);
  api_md_destroy(&any_weights);
  api_md_destroy(&bias);
  if (failure) {
    conednn_convolution_destroy(c);
    return failure;
  }
  *result = c;
  return NULL;
}

size_t conednn_convolution_scratchpad_size(const conednn_convolution *c) {
  return c->scratchpad_size;
}

static dnnl_status_t run_reorder(const operand *o, dnnl_stream_t stream, int towards_working,
                                 float *scratchpad) {
  if (!o->reorder) return dnnl_success;
  dnnl_memory_set_data_handle(o->scratchpad, scratchpad);
  dnnl_exec_arg_t arguments[3] = {
      {DNNL_ARG_FROM, towards_working ? o->plain : o->working},
      {DNNL_ARG_TO, towards_working ? o->working : o->plain},
      {DNNL_ARG_SCRATCHPAD, o->scratchpad},
  };
  return dnnl_primitive_execute(o->reorder, stream, 3, arguments);
}

const char *conednn_convolution_execute(conednn_convolution *c, float *images, float *weights,
                                        float *bias, float *output, float *scratchpad) {
  const int to_weights = c->direction == CONEDNN_BACKWARD_WEIGHTS;
  dnnl_memory_set_data_handle(c->images.plain, images);
  dnnl_memory_set_data_handle(c->weights.plain, weights);
  dnnl_memory_set_data_handle(c->output.plain, output);
  if (c->with_bias) dnnl_memory_set_data_handle(c->bias.plain, bias);
  dnnl_memory_set_data_handle(c->scratchpad, scratchpad);
  if (!to_weights && run_reorder(&c->weights, c->stream, 1, scratchpad) != dnnl_success)
    return "oneDNN cannot reorder the weights";

  const int data = c->direction == CONEDNN_BACKWARD_DATA;
  const int forward = c->direction == CONEDNN_FORWARD;
  dnnl_exec_arg_t arguments[5] = {
      {data ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, c->images.working},
      {to_weights ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, c->weights.working},
      {forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, c->output.working},
      {DNNL_ARG_SCRATCHPAD, c->scratchpad},
      {to_weights ? DNNL_ARG_DIFF_BIAS : DNNL_ARG_BIAS, c->bias.working},
  };
  if (dnnl_primitive_execute(c->primitive, c->stream, c->with_bias ? 5 : 4, arguments) !=
      dnnl_success)
    return "oneDNN cannot run a convolution";
  if (to_weights && run_reorder(&c->weights, c->stream, 0, scratchpad) != dnnl_success)
    return "oneDNN cannot reorder the gradient of the weights";
  return dnnl_stream_wait(c->stream) == dnnl_success ? NULL : "oneDNN cannot finish its stream";
}
