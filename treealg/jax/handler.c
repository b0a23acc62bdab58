/* The handler of XLA's foreign function interface: from a frame of a compiled program to a call.
 *
 * A frame has one array of paths, of shape (..., length, channels), and for a gradient the
 * derivatives; one result; and the number of the call.  All arrays are contiguous.  The function
 * that makes calls (treealg/_fast/calls.pyx) is handed over once, before any program runs.
 */

#include "xla/ffi/api/c_api.h"

typedef int make_call(int64_t number, int64_t count, int64_t length, int64_t channels,
                      int64_t columns, int64_t real, const void *path, const void *derivs,
                      void *out);

static make_call *call_of_kernels;

void treealg_connect(void *address);
XLA_FFI_Error *treealg_handler(XLA_FFI_CallFrame *frame);

void treealg_connect(void *address) { *(void **)&call_of_kernels = address; }

static XLA_FFI_Error *failed(const XLA_FFI_CallFrame *frame, XLA_FFI_Error_Code code,
                             const char *message) {
    XLA_FFI_Error_Create_Args given = {0};
    given.struct_size = XLA_FFI_Error_Create_Args_STRUCT_SIZE;
    given.message = message;
    given.errc = code;
    return frame->api->XLA_FFI_Error_Create(&given);
}

static int64_t size_of_number(XLA_FFI_DataType kind) {
    return kind == XLA_FFI_DataType_F64 ? 8 : kind == XLA_FFI_DataType_F32 ? 4 : 0;
}

XLA_FFI_Error *treealg_handler(XLA_FFI_CallFrame *frame) {
    const XLA_FFI_Extension_Base *asked = frame->extension_start;
    if (asked && asked->type == XLA_FFI_Extension_Metadata) {
        XLA_FFI_Metadata *told = ((const XLA_FFI_Metadata_Extension *)asked)->metadata;
        told->api_version.major_version = XLA_FFI_API_MAJOR;
        told->api_version.minor_version = XLA_FFI_API_MINOR;
        told->traits = 0;
        return NULL;
    }
    if (frame->stage != XLA_FFI_ExecutionStage_EXECUTE) return NULL;
    if (frame->args.size < 1 || frame->args.size > 2 || frame->rets.size != 1
        || frame->attrs.size != 1 || frame->attrs.types[0] != XLA_FFI_AttrType_SCALAR)
        return failed(frame, XLA_FFI_Error_Code_INTERNAL, "treealg: a frame of another form");
    const XLA_FFI_Scalar *number = frame->attrs.attrs[0];
    const XLA_FFI_Buffer *path = frame->args.args[0];
    const XLA_FFI_Buffer *derivs = frame->args.size == 2 ? frame->args.args[1] : NULL;
    const XLA_FFI_Buffer *out = frame->rets.rets[0];
    const XLA_FFI_Buffer *rows = derivs ? derivs : out;
    int64_t count = 1;
    int axis;
    if (path->rank < 2 || rows->rank != path->rank - 1 || out->dtype != path->dtype
        || rows->dtype != path->dtype || number->dtype != XLA_FFI_DataType_S64)
        return failed(frame, XLA_FFI_Error_Code_INTERNAL, "treealg: arrays of another form");
    for (axis = 0; axis < path->rank - 2; axis++) {
        if (rows->dims[axis] != path->dims[axis])
            return failed(frame, XLA_FFI_Error_Code_INTERNAL, "treealg: batches that differ");
        count *= path->dims[axis];
    }
    switch (call_of_kernels(*(const int64_t *)number->value, count, path->dims[axis],
                            path->dims[axis + 1], rows->dims[axis], size_of_number(path->dtype),
                            path->data, derivs ? derivs->data : NULL, out->data)) {
    case 0: return NULL;
    case -1:
        return failed(frame, XLA_FFI_Error_Code_FAILED_PRECONDITION,
                      "treealg: a program of another process; compile it in this one");
    case -2: return failed(frame, XLA_FFI_Error_Code_INTERNAL, "treealg: shapes of another call");
    default:
        return failed(frame, XLA_FFI_Error_Code_RESOURCE_EXHAUSTED,
                      "treealg: the computation does not fit in memory, or the process was forked "
                      "while it went on");
    }
}
