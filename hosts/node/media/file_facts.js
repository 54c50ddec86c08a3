'use strict';
// What is said of a file that is kept, told from its bytes on their way to where it is kept.
const { createHash } = require('node:crypto');

const { Mp4Reader } = require('./mp4_facts');

class FileFacts {
    #bytes = 0;
    #hash = createHash('sha256');
    #mp4 = new Mp4Reader();

    write(chunk) {
        this.#bytes += chunk.length;
        this.#hash.update(chunk);
        this.#mp4.write(chunk);
    }

    /** Of what has been written so far. */
    get bytes() {
        return this.#bytes;
    }

    /** Once, of the whole file: {bytes, sha256, and of an MP4 what it says of width, height and duration}. */
    facts() {
        return { bytes: this.#bytes, sha256: this.#hash.digest('hex'), ...this.#mp4.facts() };
    }
}

module.exports = { FileFacts };
