'use strict';
// Names and texts as n8n writes them, from those of descriptors.

const smallWords = new Set(['a', 'an', 'and', 'by', 'for', 'in', 'of', 'on', 'or', 'per', 'the', 'to']);

const wordsOf = (text) => text.match(/\S+/g) ?? [];

/** As n8n writes labels: every word but the small ones begins with a capital. */
function titled(label) {
    return wordsOf(label)
        .map((word, index) => (index > 0 && smallWords.has(word) ? word : word[0].toUpperCase() + word.slice(1)))
        .join(' ');
}

/** As n8n writes descriptions: one sentence has no full stop. */
function described(text) {
    const sentences = text.split(/[.!?] /).length;
    if (sentences === 1) {
        return text.replace(/\.$/, '');
    }
    return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** image_to_video, PixelML, 3d_render: ImageToVideo, PixelMl, _3DRender. */
function classNameOf(text) {
    const words = text.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
    const name = words.map((word) => word[0].toUpperCase() + word.slice(1).toLowerCase()).join('');
    return /^\d/.test(name) ? `_${name}` : name;
}

const withSmallInitial = (text) => text[0].toLowerCase() + text.slice(1);

/** What a run produces: the noun alone, and with its article. */
const kinds = {
    video: ['video', 'a video'],
    audio: ['audio file', 'an audio file'],
    image: ['image', 'an image'],
    file: ['file', 'a file'],
};

function productOf(media) {
    const [product, aProduct] = kinds[media?.kind] ?? ['result', 'a result'];
    return { product, aProduct };
}

const isSmall = (word) => smallWords.has(word);

module.exports = { classNameOf, described, isSmall, productOf, titled, withSmallInitial, wordsOf };
