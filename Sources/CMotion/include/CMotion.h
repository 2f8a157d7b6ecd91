// The motion detector's loops over pixels. Grey levels and their differences are whole numbers of 1/64 (`CM_LEVEL`) in
// 16 bits, so that a register holds many of them; only what is learned over many frames is kept in `float`. The compiler
// makes vectors of the loops, on x86-64 once for AVX2 and once for every processor; both give the same results.
//
// Planes lie row by row without padding, and never overlap. None of the functions allocates.
#ifndef AISLEWATCH_CMOTION_H
#define AISLEWATCH_CMOTION_H

#include <stddef.h>
#include <stdint.h>

/// One grey level. Brightness is kept within `CM_DARKEST` and `CM_BRIGHTEST`, so that a difference fits as well.
enum { CM_LEVEL = 64, CM_DARKEST = -128 * 64, CM_BRIGHTEST = 383 * 64 };

/// Means of blocks of `factor` x `factor` pixels, as levels.
/// @param sums room for `width * factor` values
void cm_reduce(const uint8_t *source, ptrdiff_t stride, int factor, int16_t *target, int width, int height, uint32_t *sums);

/// target = source * scale + offset (in grey levels), rounded and kept in range.
void cm_expose(const int16_t *source, float scale, float offset, int16_t *target, int count);

/// target = source (in grey levels) as levels, rounded.
void cm_round(const float *source, int16_t *target, int count);

/// Mean over 3 x 3 pixels of `frame - other`, the border repeated. Without `other`, of the frame.
/// @param row room for `width + 2` values
void cm_smooth(const int16_t *frame, const int16_t *other, int16_t *target, int width, int height, int32_t *row);

/// The same of the frame itself and of its difference from `other` at once.
/// @param rows room for `2 * (width + 2)` values
void cm_smooth_both(const int16_t *frame, const int16_t *other, int16_t *smoothed, int16_t *residual, int width,
                    int height, int32_t *rows);

/// Counts |a - b| of every fifth pixel in bins of 1/8 grey level, the last for all that is larger; `b` may be NULL.
/// Returns how many pixels were counted.
int cm_magnitudes(const int16_t *a, const int16_t *b, int count, int32_t *bins, int binCount);

/// target = a - b.
void cm_subtract(const int16_t *a, const int16_t *b, int16_t *target, int count);

/// Brightness at which a difference counts: its square must exceed both the floor and `factor` times the pixel's spread.
struct cm_limit {
    float floor;
    float factor;
};

/// moving = 1 where the squared change exceeds floor and 18 min(variance, 30) + (0.15 edge)².
void cm_find_moving(const int16_t *change, const float *variance, const float *edges, float floor, uint8_t *moving, int count);

/// Where the frame differs from the background: bit 0 beyond the weak limit, both bits beyond the strong one.
/// @param colours per 2 x 2 pixels what colour says, in the same bits
/// @param learned frames; a pixel counts from `known` of them on
/// @param ignored non-zero where nothing counts
void cm_find_foreground(const int16_t *residual, const float *variance, const float *edges, const float *learned,
                        float known, const uint8_t *ignored, const uint8_t *colours, int colourWidth, int colourHeight,
                        struct cm_limit strong, struct cm_limit weak, uint8_t *foreground, int width, int height);

/// What the colour's smoothed differences say: bits as above. `squares` gets u² + v².
void cm_find_colours(const int16_t *u, const int16_t *v, const float *variance, float excess, float *squares,
                     uint8_t *classes, int count);

/// Bitwise or (`cm_dilate`) or and (`cm_erode`) over 3 x 3 pixels. Outside counts as unset for the one and as set for the
/// other, so that closing does not eat at the border.
/// @param row room for `width + 2` values
void cm_dilate(const uint8_t *source, uint8_t *target, int width, int height, uint8_t *row);
void cm_erode(const uint8_t *source, uint8_t *target, int width, int height, uint8_t *row);

/// target |= source & 1.
void cm_add_weak(const uint8_t *source, uint8_t *target, int count);

/// How many values have bit 0 set.
int cm_count(const uint8_t *values, int count);

struct cm_learning {
    /// Part of the difference taken over, for known pixels.
    float rate;
    /// Frames after which a pixel is known, and how many a known one has.
    float knownFrames;
    float isKnown;
};

/// Learns mean, variance and for how many frames a pixel was seen; `level` is the mean as levels.
/// Moved over while hardly learned: begins again. Well learned: waits until it has passed.
void cm_learn(const int16_t *luma, const int16_t *residual, const uint8_t *blocked, const uint8_t *moving,
              struct cm_learning how, float *mean, float *variance, float *learned, int16_t *level, int count);

/// Learns one colour plane where no pixel under it is blocked (`free` is 1).
void cm_learn_colour(const int16_t *colour, const uint8_t *free, float rate, float *mean, int16_t *level, int count);
void cm_learn_spread(const float *squares, const uint8_t *free, float rate, float *variance, int count);

/// free = 1 where none of the 2 x 2 pixels is set.
void cm_find_free(const uint8_t *blocked, int width, int height, uint8_t *free, int halfWidth, int halfHeight);

/// Size of the gradient of `level`, in grey levels a pixel.
void cm_find_edges(const int16_t *level, float *edges, int width, int height);

/// Counts turns of changing pixels (see `DynamicPlaces`).
void cm_count_turns(const uint8_t *moving, const int16_t *change, const uint8_t *foreground, const uint8_t *busy,
                    uint8_t turnScore, uint8_t maxScore, uint8_t *score, uint8_t *memory, int count);

/// Ages settled pixels (see `SettledLayer`).
void cm_age(const uint8_t *foreground, const uint8_t *moving, uint8_t frames, uint8_t forgetFrames, uint16_t *owner,
            uint16_t *age, uint8_t *gone, int count);

/// Of small things in flight: `inside` = 1 where the middle frame differs from both neighbours, `around` = 1 where it differs
/// from either end. Returns how many are set inside.
int cm_find_flying(const int16_t *here, const int16_t *before, const int16_t *after, const int16_t *first,
                   const int16_t *last, int16_t limit, uint8_t *inside, uint8_t *around, int count);

struct cm_anchor {
    int32_t offset;
    int32_t gradientX;
    int32_t gradientY;
};

/// Sum of how far the gradients at `anchors`, moved by `shift` pixels, are from theirs, each at most `cap`. May stop once the
/// sum exceeds `bound`.
int64_t cm_shift_cost(const int16_t *frame, int width, const struct cm_anchor *anchors, int count, int shift, int32_t cap,
                      int64_t bound);

struct cm_fit {
    float weight, background, frame, backgroundSquare, product;
};

/// Weighted sums of samples about 128, weighted by Tukey's biweight of what `gain * background + offset` leaves.
struct cm_fit cm_fit_exposure(const float *background, const float *frame, int count, float gain, float offset, float reach);

/// Sum of up to 65,536 values.
int64_t cm_sum(const int16_t *values, int count);

struct cm_texture {
    /// Of eighths of a grey level.
    int64_t squares;
    int64_t gradients;
    int32_t largestChange;
};

/// Adds a row of brightness between 0 and 255 grey levels: squares, gradients to the right and down, and the largest change
/// from `old`.
void cm_add_row(const int16_t *row, const int16_t *below, const int16_t *old, int count, struct cm_texture *texture);

#endif
