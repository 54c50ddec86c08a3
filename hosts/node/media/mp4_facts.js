'use strict';
// What an MP4 says of itself in its moov box, from its bytes as they come: a header's worth of them is held at a time,
// wherever in the file the box is.

const mostBoxes = 1024; // in all: a file may be made to waste time
const containers = new Set(['moov', 'trak']);
/** As many of their bytes as are read. */
const headers = { mvhd: 32, tkhd: 96 };

/** Of a movie header. One that is written before its movie is made says 0, or all bits. */
function durationIn(header) {
    const isLong = header[0] === 1;
    const at = isLong ? 20 : 12; // past version, flags, and two times
    if (header.length < at + (isLong ? 12 : 8)) {
        return {};
    }
    const scale = header.readUInt32BE(at);
    const ticks = isLong ? Number(header.readBigUInt64BE(at + 4)) : header.readUInt32BE(at + 4);
    const isKnown = ticks > 0 && ticks < (isLong ? 2 ** 64 - 1 : 2 ** 32 - 1);
    return scale > 0 && isKnown ? { duration: ticks / scale } : {};
}

/** Of a track header: 16.16 fixed-point numbers. Sound has 0. */
function sizeIn(header) {
    const at = header[0] === 1 ? 88 : 76;
    if (header.length < at + 8) {
        return {};
    }
    const [width, height] = [header.readUInt32BE(at) >>> 16, header.readUInt32BE(at + 4) >>> 16];
    return width > 0 && height > 0 ? { width, height } : {};
}

class Mp4Reader {
    #facts = {};
    /** A file that ends before it is no movie. */
    #movieEnd = 0;
    #position = 0;
    /** Where the next bytes that matter are, how many, and what takes them; null: no more do. */
    #wanted;
    #held = Buffer.alloc(Math.max(...Object.values(headers)));
    #heldSize = 0;
    #ends = [Infinity];
    #boxes = 0;

    constructor() {
        this.#wantBox(0);
    }

    write(chunk) {
        for (let rest = chunk; rest.length > 0; ) {
            if (this.#wanted === null) {
                this.#position += rest.length;
                return;
            }
            const skipped = Math.min(Math.max(this.#wanted.at - this.#position, 0), rest.length);
            const taken = skipped === rest.length ? 0 : Math.min(this.#wanted.size - this.#heldSize, rest.length - skipped);
            this.#held.set(rest.subarray(skipped, skipped + taken), this.#heldSize);
            this.#heldSize += taken;
            this.#position += skipped + taken;
            rest = rest.subarray(skipped + taken);
            if (this.#heldSize === this.#wanted.size) {
                const { size, use } = this.#wanted;
                this.#heldSize = 0;
                use(this.#held.subarray(0, size));
            }
        }
    }

    /** Of what has been written, all of the file: {width, height, duration: in seconds}, those that it says. */
    facts() {
        const isWhole = this.#position >= this.#movieEnd || this.#movieEnd === Infinity;
        return isWhole ? { ...this.#facts } : {};
    }

    #want(at, size, use) {
        this.#wanted = { at, size, use };
    }

    #wantBox(at) {
        while (this.#ends.length > 1 && at + 8 > this.#ends.at(-1)) {
            at = this.#ends.pop();
        }
        this.#boxes += 1;
        if (this.#boxes > mostBoxes || at === Infinity) {
            this.#wanted = null;
            return;
        }
        this.#want(at, 8, (head) => this.#takeHead(at, head));
    }

    #takeHead(at, head) {
        const size = head.readUInt32BE(0);
        const type = head.toString('latin1', 4, 8);
        if (size === 1 && at + 16 <= this.#ends.at(-1)) {
            this.#want(at + 8, 8, (long) => this.#enter(at, type, 16, Number(long.readBigUInt64BE())));
            return;
        }
        this.#enter(at, type, 8, size === 0 ? this.#ends.at(-1) - at : size); // 0: to the end
    }

    #enter(at, type, headSize, size) {
        const end = at + size;
        const within = this.#ends.at(-1);
        if (size < headSize || end > within) {
            this.#wantBox(within);
            return;
        }
        const begin = at + headSize;
        if (containers.has(type)) {
            this.#ends.push(end);
            this.#movieEnd = Math.max(this.#movieEnd, end);
            this.#wantBox(begin);
            return;
        }
        const wanted = Math.min(headers[type] ?? 0, end - begin);
        if (wanted === 0) {
            this.#wantBox(end);
            return;
        }
        this.#want(begin, wanted, (header) => {
            this.#takeHeader(type, header);
            this.#wantBox(end);
        });
    }

    #takeHeader(type, header) {
        if (type === 'mvhd') {
            Object.assign(this.#facts, durationIn(header));
        } else if (this.#facts.width === undefined) {
            Object.assign(this.#facts, sizeIn(header)); // of the first track that has one
        }
    }
}

module.exports = { Mp4Reader };
