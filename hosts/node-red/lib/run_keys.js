'use strict';
// Where the runs of all nodes are, by their keys: in a node, or handed on with a message. Some nodes forget their messages
// when they are stopped, as the delay node does, and with the keys those runs are found again.

const mostHandedOn = 10000; // the flow may never bring them back; the next process finds their files

class RunKeys {
    #inNode = new Set();
    #handedOn = new Map(); // key -> {place, stranded}

    /** false: another message is in that run, which would be collected twice. */
    take(key) {
        if (this.#inNode.has(key)) {
            return false;
        }
        this.#handedOn.delete(key);
        this.#inNode.add(key);
        return true;
    }

    release(key) {
        this.#inNode.delete(key);
    }

    /** The run goes on with the message of the node at that place; stranded: with the node that is there next. */
    handOn(key, place, { stranded = false } = {}) {
        this.release(key);
        this.#handedOn.set(key, { place, stranded });
        if (this.#handedOn.size > mostHandedOn) {
            this.#handedOn.delete(this.#handedOn.keys().next().value);
        }
    }

    /** What is behind the node at that place stops, with the messages that it sent. */
    strand(place) {
        for (const entry of this.#handedOn.values()) {
            entry.stranded ||= entry.place === place;
        }
    }

    strandedAt(place) {
        return [...this.#handedOn].filter(([, entry]) => entry.stranded && entry.place === place).map(([key]) => key);
    }
}

module.exports = { RunKeys, mostHandedOn };
