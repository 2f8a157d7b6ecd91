#include "CMotion.h"

#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#define EVERY_PROCESSOR __attribute__((target_clones("avx2", "default")))
#else
#define EVERY_PROCESSOR
#endif

// The same results on every processor: a product and a sum are rounded apart.
#pragma STDC FP_CONTRACT OFF

static inline int smaller(int a, int b) { return a < b ? a : b; }
static inline int larger(int a, int b) { return a > b ? a : b; }
static inline float smallerf(float a, float b) { return a < b ? a : b; }
static inline float largerf(float a, float b) { return a > b ? a : b; }
static inline int magnitude(int a) { return a < 0 ? -a : a; }

/// In range and rounded to the nearest.
static inline int16_t levels(float greyLevels) {
    float scaled = greyLevels * CM_LEVEL;
    scaled = largerf(CM_DARKEST, smallerf(CM_BRIGHTEST, scaled));
    return (int16_t)(int)(scaled + (scaled < 0 ? -0.5f : 0.5f));
}

/// A ninth, rounded to the nearest. Nine differences of brightness in range fit.
static inline int16_t ninth(int32_t sum) { return (int16_t)((sum * 7282 + 32768) >> 16); }

/// Words of other sizes in the same room.
typedef uint32_t __attribute__((may_alias)) word;
typedef uint64_t __attribute__((may_alias)) pair;

// MARK: Reduction and exposure

/// Sums over three or more rows.
static inline void add_rows(const uint8_t *restrict first, ptrdiff_t stride, int factor, uint16_t *restrict sums, int wide) {
    const uint8_t *second = first + stride, *third = second + stride;
    for (int x = 0; x < wide; x++) sums[x] = (uint16_t)(first[x] + second[x] + third[x]);
    for (int line = 3; line < factor; line++) {
        const uint8_t *row = first + line * stride;
        for (int x = 0; x < wide; x++) sums[x] += row[x];
    }
}

/// Means of `factor` sums each. Inlined with a factor that the compiler knows.
static inline void add_columns(const uint16_t *restrict sums, int factor, int16_t *restrict out, int width) {
    const float scale = (float)CM_LEVEL / (float)(factor * factor);
    for (int x = 0; x < width; x++) {
        uint32_t sum = 0;
        for (int step = 0; step < factor; step++) sum += sums[x * factor + step];
        out[x] = (int16_t)(int)((float)(int)sum * scale + 0.5f);
    }
}

EVERY_PROCESSOR
void cm_reduce(const uint8_t *restrict source, ptrdiff_t stride, int factor, int16_t *restrict target, int width,
               int height, uint32_t *restrict room) {
    uint16_t *restrict sums = (uint16_t *)room;
    for (int y = 0; y < height; y++) {
        const uint8_t *first = source + (ptrdiff_t)y * factor * stride, *second = first + stride;
        int16_t *out = target + (ptrdiff_t)y * width;
        if (factor > 2) add_rows(first, stride, factor, sums, width * factor);
        switch (factor) {
        case 1:
            for (int x = 0; x < width; x++) out[x] = (int16_t)(first[x] * CM_LEVEL);
            break;
        case 2:
            for (int x = 0; x < width; x++)
                out[x] = (int16_t)((first[2 * x] + first[2 * x + 1] + second[2 * x] + second[2 * x + 1]) * (CM_LEVEL / 4));
            break;
        case 3: add_columns(sums, 3, out, width); break;
        case 4: {
            // Neighbours are added within a word, which takes no shuffling: two pairs, then the pairs.
            word *words = (word *)room;
            for (int x = 0; x < 2 * width; x++) words[x] = (words[x] & 0xFFFF) + (words[x] >> 16);
            const pair *pairs = (const pair *)room;
            for (int x = 0; x < width; x++) out[x] = (int16_t)((pairs[x] + (pairs[x] >> 32)) * (CM_LEVEL / 16));
            break;
        }
        case 6: add_columns(sums, 6, out, width); break;
        case 8: add_columns(sums, 8, out, width); break;
        case 12: add_columns(sums, 12, out, width); break;
        default: add_columns(sums, factor, out, width); break;
        }
    }
}

EVERY_PROCESSOR
void cm_expose(const int16_t *restrict source, float scale, float offset, int16_t *restrict target, int count) {
    for (int i = 0; i < count; i++) target[i] = levels((float)source[i] * (1.0f / CM_LEVEL) * scale + offset);
}

EVERY_PROCESSOR
void cm_round(const float *restrict source, int16_t *restrict target, int count) {
    for (int i = 0; i < count; i++) target[i] = levels(source[i]);
}

// MARK: Comparing

/// Means over three columns of sums over three rows; `row` begins one before the first column.
static inline void spread(int32_t *restrict row, int16_t *restrict out, int width) {
    row[0] = row[1];
    row[width + 1] = row[width];
    for (int x = 0; x < width; x++) out[x] = ninth(row[x] + row[x + 1] + row[x + 2]);
}

EVERY_PROCESSOR
void cm_smooth(const int16_t *restrict frame, const int16_t *restrict other, int16_t *restrict target, int width,
               int height, int32_t *restrict row) {
    for (int y = 0; y < height; y++) {
        const ptrdiff_t above = (ptrdiff_t)larger(0, y - 1) * width, here = (ptrdiff_t)y * width,
                        below = (ptrdiff_t)smaller(height - 1, y + 1) * width;
        if (other) {
            for (int x = 0; x < width; x++)
                row[x + 1] = (frame[above + x] - other[above + x]) + (frame[here + x] - other[here + x]) +
                             (frame[below + x] - other[below + x]);
        } else {
            for (int x = 0; x < width; x++) row[x + 1] = frame[above + x] + frame[here + x] + frame[below + x];
        }
        spread(row, target + here, width);
    }
}

EVERY_PROCESSOR
void cm_smooth_both(const int16_t *restrict frame, const int16_t *restrict other, int16_t *restrict smoothed,
                    int16_t *restrict residual, int width, int height, int32_t *restrict rows) {
    int32_t *restrict sums = rows, *restrict differences = rows + width + 2;
    for (int y = 0; y < height; y++) {
        const ptrdiff_t above = (ptrdiff_t)larger(0, y - 1) * width, here = (ptrdiff_t)y * width,
                        below = (ptrdiff_t)smaller(height - 1, y + 1) * width;
        for (int x = 0; x < width; x++) {
            const int32_t sum = frame[above + x] + frame[here + x] + frame[below + x];
            sums[x + 1] = sum;
            differences[x + 1] = sum - other[above + x] - other[here + x] - other[below + x];
        }
        spread(sums, smoothed + here, width);
        spread(differences, residual + here, width);
    }
}

int cm_magnitudes(const int16_t *restrict a, const int16_t *restrict b, int count, int32_t *restrict bins, int binCount) {
    memset(bins, 0, sizeof(*bins) * (size_t)binCount);
    int seen = 0;
    for (int i = 0; i < count; i += 5, seen++) {
        const unsigned size = (unsigned)magnitude(b ? a[i] - b[i] : a[i]) / (CM_LEVEL / 8);
        bins[size < (unsigned)binCount ? size : (unsigned)binCount - 1]++;
    }
    return seen;
}

EVERY_PROCESSOR
void cm_subtract(const int16_t *restrict a, const int16_t *restrict b, int16_t *restrict target, int count) {
    for (int i = 0; i < count; i++) target[i] = (int16_t)(a[i] - b[i]);
}

EVERY_PROCESSOR
void cm_find_moving(const int16_t *restrict change, const float *restrict variance, const float *restrict edges,
                    float floor, uint8_t *restrict moving, int count) {
    for (int i = 0; i < count; i++) {
        const float size = (float)change[i] * (1.0f / CM_LEVEL), edge = 0.15f * edges[i];
        const float limit = largerf(floor, 18 * smallerf(variance[i], 30) + edge * edge);
        moving[i] = size * size > limit;
    }
}

EVERY_PROCESSOR
void cm_find_foreground(const int16_t *restrict residual, const float *restrict variance, const float *restrict edges,
                        const float *restrict learned, float known, const uint8_t *restrict ignored,
                        const uint8_t *restrict colours, int colourWidth, int colourHeight, struct cm_limit strong,
                        struct cm_limit weak, uint8_t *restrict foreground, int width, int height) {
    for (int y = 0; y < height; y++) {
        const ptrdiff_t start = (ptrdiff_t)y * width;
        const uint8_t *colour = colours + (ptrdiff_t)smaller(colourHeight - 1, y / 2) * colourWidth;
        uint8_t *out = foreground + start;
        for (int x = 0; x < width; x++) {
            const float size = (float)residual[start + x] * (1.0f / CM_LEVEL), edge = 0.12f * edges[start + x];
            const float square = size * size, spread = variance[start + x] + 0.25f + edge * edge;
            const int isStrong = square > largerf(strong.floor, strong.factor * spread);
            const int isWeak = square > largerf(weak.floor, weak.factor * spread);
            out[x] = (uint8_t)(isStrong * 3 | isWeak);
        }
        const int pairs = smaller(width / 2, colourWidth);
        for (int x = 0; x < pairs; x++) {
            out[2 * x] |= colour[x];
            out[2 * x + 1] |= colour[x];
        }
        for (int x = 2 * pairs; x < width; x++) out[x] |= colour[smaller(x / 2, colourWidth - 1)];
        for (int x = 0; x < width; x++) {
            const int counts = (learned[start + x] >= known) & (ignored[start + x] == 0);
            out[x] &= (uint8_t)(counts * 3);
        }
    }
}

EVERY_PROCESSOR
void cm_find_colours(const int16_t *restrict u, const int16_t *restrict v, const float *restrict variance, float excess,
                     float *restrict squares, uint8_t *restrict classes, int count) {
    for (int i = 0; i < count; i++) {
        const float a = (float)u[i] * (1.0f / CM_LEVEL), b = (float)v[i] * (1.0f / CM_LEVEL);
        const float square = a * a + b * b, spread = (variance[i] + 0.3f) * excess * excess;
        squares[i] = square;
        const int isStrong = square > largerf(36, 36 * spread), isWeak = square > largerf(16, 14 * spread);
        classes[i] = (uint8_t)(isStrong * 3 | isWeak);
    }
}

// MARK: Bitmaps

EVERY_PROCESSOR
void cm_dilate(const uint8_t *restrict source, uint8_t *restrict target, int width, int height, uint8_t *restrict row) {
    row[0] = row[width + 1] = 0;
    for (int y = 0; y < height; y++) {
        const uint8_t *above = source + (ptrdiff_t)larger(0, y - 1) * width, *here = source + (ptrdiff_t)y * width,
                      *below = source + (ptrdiff_t)smaller(height - 1, y + 1) * width;
        uint8_t *out = target + (ptrdiff_t)y * width;
        for (int x = 0; x < width; x++) row[x + 1] = above[x] | here[x] | below[x];
        for (int x = 0; x < width; x++) out[x] = row[x] | row[x + 1] | row[x + 2];
    }
}

EVERY_PROCESSOR
void cm_erode(const uint8_t *restrict source, uint8_t *restrict target, int width, int height, uint8_t *restrict row) {
    row[0] = row[width + 1] = 0xFF;
    for (int y = 0; y < height; y++) {
        const uint8_t *above = source + (ptrdiff_t)larger(0, y - 1) * width, *here = source + (ptrdiff_t)y * width,
                      *below = source + (ptrdiff_t)smaller(height - 1, y + 1) * width;
        uint8_t *out = target + (ptrdiff_t)y * width;
        for (int x = 0; x < width; x++) row[x + 1] = above[x] & here[x] & below[x];
        for (int x = 0; x < width; x++) out[x] = row[x] & row[x + 1] & row[x + 2];
    }
}

EVERY_PROCESSOR
void cm_add_weak(const uint8_t *restrict source, uint8_t *restrict target, int count) {
    for (int i = 0; i < count; i++) target[i] |= source[i] & 1;
}

EVERY_PROCESSOR
int cm_count(const uint8_t *restrict values, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) sum += values[i] & 1;
    return sum;
}

// MARK: Learning

/// Pixels that are all known, the usual case: without the divisions.
static inline void learn_known(const int16_t *restrict luma, const int16_t *restrict residual,
                               const uint8_t *restrict blocked, const uint8_t *restrict moving, float rate,
                               float *restrict mean, float *restrict variance, int16_t *restrict level, int count) {
    for (int i = 0; i < count; i++) {
        const float step = (blocked[i] | moving[i]) == 0 ? rate : 0;
        const float size = (float)residual[i] * (1.0f / CM_LEVEL);
        const float now = mean[i] + step * ((float)luma[i] * (1.0f / CM_LEVEL) - mean[i]);
        mean[i] = now;
        level[i] = levels(now);
        variance[i] += 0.5f * step * (size * size - variance[i]);
    }
}

static inline void learn_any(const int16_t *restrict luma, const int16_t *restrict residual,
                             const uint8_t *restrict blocked, const uint8_t *restrict moving, struct cm_learning how,
                             float *restrict mean, float *restrict variance, float *restrict learned,
                             int16_t *restrict level, int count) {
    const float keepFrames = largerf(3, 0.4f * how.knownFrames), slow = 0.5f * how.rate;
    for (int i = 0; i < count; i++) {
        const float seen = learned[i];
        const int known = seen >= how.isKnown, still = moving[i] == 0, isFree = blocked[i] == 0;
        const int restarts = !known & !still & (seen < keepFrames);
        const int takes = still & (isFree | !known);
        const float next = restarts ? 0 : (takes & !known) ? seen + 1 : seen;
        const float step = restarts ? 1 : !takes ? 0 : known ? how.rate : 1 / largerf(1, next);
        const float spreadStep = !takes ? 0 : known ? slow : 1 / largerf(4, next);
        const float size = (float)residual[i] * (1.0f / CM_LEVEL);
        const float now = mean[i] + step * ((float)luma[i] * (1.0f / CM_LEVEL) - mean[i]);
        mean[i] = now;
        level[i] = levels(now);
        variance[i] += spreadStep * (size * size - variance[i]);
        learned[i] = (takes & !known & (next >= how.knownFrames)) ? how.isKnown : next;
    }
}

EVERY_PROCESSOR
void cm_learn(const int16_t *restrict luma, const int16_t *restrict residual, const uint8_t *restrict blocked,
              const uint8_t *restrict moving, struct cm_learning how, float *restrict mean, float *restrict variance,
              float *restrict learned, int16_t *restrict level, int count) {
    enum { piece = 512 };
    for (int start = 0; start < count; start += piece) {
        const int length = smaller(piece, count - start);
        int unknown = 0;
        for (int i = start; i < start + length; i++) unknown += learned[i] < how.isKnown;
        if (unknown == 0)
            learn_known(luma + start, residual + start, blocked + start, moving + start, how.rate, mean + start,
                        variance + start, level + start, length);
        else
            learn_any(luma + start, residual + start, blocked + start, moving + start, how, mean + start,
                      variance + start, learned + start, level + start, length);
    }
}

EVERY_PROCESSOR
void cm_learn_colour(const int16_t *restrict colour, const uint8_t *restrict free, float rate, float *restrict mean,
                     int16_t *restrict level, int count) {
    for (int i = 0; i < count; i++) {
        const float step = free[i] ? rate : 0;
        const float now = mean[i] + step * ((float)colour[i] * (1.0f / CM_LEVEL) - mean[i]);
        mean[i] = now;
        level[i] = levels(now);
    }
}

EVERY_PROCESSOR
void cm_learn_spread(const float *restrict squares, const uint8_t *restrict free, float rate, float *restrict variance,
                     int count) {
    for (int i = 0; i < count; i++) variance[i] += (free[i] ? rate : 0) * (squares[i] - variance[i]);
}

EVERY_PROCESSOR
void cm_find_free(const uint8_t *restrict blocked, int width, int height, uint8_t *restrict free, int halfWidth,
                  int halfHeight) {
    const int whole = smaller(halfWidth, width / 2);
    for (int y = 0; y < halfHeight; y++) {
        const uint8_t *upper = blocked + (ptrdiff_t)smaller(height - 1, 2 * y) * width,
                      *lower = blocked + (ptrdiff_t)smaller(height - 1, 2 * y + 1) * width;
        uint8_t *out = free + (ptrdiff_t)y * halfWidth;
        for (int x = 0; x < whole; x++)
            out[x] = (upper[2 * x] | upper[2 * x + 1] | lower[2 * x] | lower[2 * x + 1]) == 0;
        for (int x = whole; x < halfWidth; x++) {
            const int left = smaller(width - 1, 2 * x), right = smaller(width - 1, 2 * x + 1);
            out[x] = (upper[left] | upper[right] | lower[left] | lower[right]) == 0;
        }
    }
}

EVERY_PROCESSOR
void cm_find_edges(const int16_t *restrict level, float *restrict edges, int width, int height) {
    if (width <= 2) return;
    for (int y = 0; y < height; y++) {
        const int16_t *above = level + (ptrdiff_t)larger(0, y - 1) * width, *here = level + (ptrdiff_t)y * width,
                      *below = level + (ptrdiff_t)smaller(height - 1, y + 1) * width;
        float *out = edges + (ptrdiff_t)y * width;
        for (int x = 1; x < width - 1; x++)
            out[x] = (float)(magnitude(here[x + 1] - here[x - 1]) + magnitude(below[x] - above[x])) * (0.5f / CM_LEVEL);
        out[0] = out[1];
        out[width - 1] = out[width - 2];
    }
}

// MARK: Pixels over time

EVERY_PROCESSOR
void cm_count_turns(const uint8_t *restrict moving, const int16_t *restrict change, const uint8_t *restrict foreground,
                    const uint8_t *restrict busy, uint8_t turnScore, uint8_t maxScore, uint8_t *restrict score,
                    uint8_t *restrict memory, int count) {
    for (int i = 0; i < count; i++) {
        const uint8_t past = memory[i], moves = moving[i] & 1, upward = change[i] > 0, bare = foreground[i] == 0 ? 8 : 0;
        const uint8_t turns = moves & (past >> 1) & ((past & 1) ^ upward) & ~(past >> 2) & (past >> 3) & ~busy[i] & 1;
        const uint8_t sum = (uint8_t)(score[i] + turns * turnScore);
        score[i] = sum > maxScore ? maxScore : sum;
        const uint8_t shown = turns ? bare : (uint8_t)((past & 8) | bare);
        memory[i] = (uint8_t)((moves ? (upward | 2 | (past & 4) | (turns << 2)) : past & 7) | shown);
    }
}

EVERY_PROCESSOR
void cm_age(const uint8_t *restrict foreground, const uint8_t *restrict moving, uint8_t frames, uint8_t forgetFrames,
            uint16_t *restrict owner, uint16_t *restrict age, uint8_t *restrict gone, int count) {
    const uint16_t oldest = 60000;
    const uint8_t longest = (uint8_t)(255 - frames);
    // Bytes and words apart: each fills its vectors.
    for (int i = 0; i < count; i++) {
        const uint8_t older = gone[i] > longest ? 255 : (uint8_t)(gone[i] + frames);
        gone[i] = foreground[i] & 1 ? 0 : older;
    }
    for (int i = 0; i < count; i++) {
        const uint16_t still = (uint16_t)-(foreground[i] & ~moving[i] & 1);
        const uint16_t older = age[i] >= oldest ? oldest : (uint16_t)(age[i] + frames);
        age[i] = older & still;
    }
    for (int i = 0; i < count; i++) owner[i] &= (uint16_t)(gone[i] > forgetFrames ? 0 : 0xFFFF);
}

EVERY_PROCESSOR
int cm_find_flying(const int16_t *restrict here, const int16_t *restrict before, const int16_t *restrict after,
                   const int16_t *restrict first, const int16_t *restrict last, int16_t limit, uint8_t *restrict inside,
                   uint8_t *restrict around, int count) {
    int changed = 0;
    for (int i = 0; i < count; i++) {
        const int one = magnitude(here[i] - before[i]), other = magnitude(here[i] - after[i]);
        const int wide = larger(magnitude(here[i] - first[i]), magnitude(here[i] - last[i]));
        const int isInside = (one > limit) & (other > limit);
        inside[i] = (uint8_t)isInside;
        around[i] = wide > limit;
        changed += isInside;
    }
    return changed;
}

// MARK: Whole frames

int64_t cm_shift_cost(const int16_t *restrict frame, int width, const struct cm_anchor *restrict anchors, int count,
                      int shift, int32_t cap, int64_t bound) {
    int64_t sum = 0;
    for (int i = 0; i < count && sum <= bound; i++) {
        const int16_t *at = frame + anchors[i].offset + shift;
        const int32_t x = at[1] - at[-1], y = at[width] - at[-width];
        sum += smaller(cap, magnitude(x - anchors[i].gradientX) + magnitude(y - anchors[i].gradientY));
    }
    return sum;
}

EVERY_PROCESSOR
struct cm_fit cm_fit_exposure(const float *restrict background, const float *restrict frame, int count, float gain,
                              float offset, float reach) {
    // Eight sums side by side are one vector.
    float sums[5][8] = {{0}};
    const float scale = 1 / reach;
    for (int start = 0; start + 8 <= count; start += 8) {
        for (int lane = 0; lane < 8; lane++) {
            const float b = background[start + lane], f = frame[start + lane];
            const float residual = (f - (gain * b + offset)) * scale;
            const float root = largerf(0, 1 - residual * residual), weight = root * root;
            sums[0][lane] += weight;
            sums[1][lane] += weight * (b - 128);
            sums[2][lane] += weight * (f - 128);
            sums[3][lane] += weight * (b - 128) * (b - 128);
            sums[4][lane] += weight * (b - 128) * (f - 128);
        }
    }
    float totals[5] = {0};
    for (int kind = 0; kind < 5; kind++)
        for (int lane = 0; lane < 8; lane++) totals[kind] += sums[kind][lane];
    for (int i = count / 8 * 8; i < count; i++) {
        const float b = background[i], f = frame[i], residual = (f - (gain * b + offset)) * scale;
        const float root = largerf(0, 1 - residual * residual), weight = root * root;
        totals[0] += weight;
        totals[1] += weight * (b - 128);
        totals[2] += weight * (f - 128);
        totals[3] += weight * (b - 128) * (b - 128);
        totals[4] += weight * (b - 128) * (f - 128);
    }
    return (struct cm_fit){totals[0], totals[1], totals[2], totals[3], totals[4]};
}

EVERY_PROCESSOR
int64_t cm_sum(const int16_t *restrict values, int count) {
    int32_t sum = 0;
    for (int i = 0; i < count; i++) sum += values[i];
    return sum;
}

EVERY_PROCESSOR
void cm_add_row(const int16_t *restrict row, const int16_t *restrict below, const int16_t *restrict old, int count,
                struct cm_texture *texture) {
    enum { piece = 512 };
    for (int start = 0; start < count; start += piece) {
        const int end = smaller(count, start + piece);
        uint32_t squares = 0;
        int32_t gradients = 0;
        int largest = texture->largestChange;
        for (int x = start; x < end; x++) {
            const int eighths = row[x] / (CM_LEVEL / 8);
            squares += (uint32_t)(eighths * eighths);
            gradients += magnitude(below[x] - row[x]);
            largest = larger(largest, magnitude(old[x] - row[x]));
        }
        for (int x = start; x < smaller(end, count - 1); x++) gradients += magnitude(row[x + 1] - row[x]);
        texture->squares += squares;
        texture->gradients += gradients;
        texture->largestChange = largest;
    }
}
