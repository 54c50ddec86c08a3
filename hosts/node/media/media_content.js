'use strict';
// Whether a reply is the file that was asked for. A kind is one of 'video', 'audio', 'image' and 'file'.

/** So much of a file's beginning says what it is. */
const tellingBeginning = 512;

/** As of "Video/MP4; codecs=avc1": "video/mp4"; '' where there is none. */
const plainType = (contentType) => (contentType ?? '').split(';')[0].trim().toLowerCase();

/** A sign-in page, for example. Of media files only images in XML begin like one. */
function beginsAsPage(kind, beginning) {
    const text = beginning.toString('latin1').replace(/^(\xEF\xBB\xBF)?[ \t\r\n]*/, '');
    const mayBeXml = kind === 'image' || kind === 'file';
    return text.startsWith('<') && !(mayBeXml && /^<(\?xml|svg)/.test(text));
}

/** ISO media (MP4, MOV) or EBML (WebM, Matroska). */
const beginsAsContainer = (beginning) =>
    beginning.toString('latin1', 4, 8) === 'ftyp' || beginning.toString('hex', 0, 4) === '1a45dfa3';

const saysNothing = (contentType) => ['', 'application/octet-stream', 'binary/octet-stream'].includes(plainType(contentType));

/**
 * Why the reply is not the file, as the end of a sentence; '': it may be the file. `contentType`: as the reply has it, or
 * undefined. `beginning`: a Buffer of its body's; an empty one: not there yet.
 */
function faultOfContent(kind, contentType, beginning) {
    const type = plainType(contentType);
    if (type === 'text/html' || beginsAsPage(kind, beginning)) {
        return `the reply is a web page, not the ${kind}`;
    }
    if (kind === 'file' || type.startsWith(`${kind}/`) || saysNothing(contentType) || beginning.length === 0) {
        return '';
    }
    const isContainer = kind === 'video' && beginsAsContainer(beginning);
    return isContainer ? '' : `the reply is of the type "${type}", not the ${kind}`;
}

const byKind = {
    video: ['mp4', 'webm', 'mov', 'm4v', 'mkv'],
    audio: ['mp3', 'wav', 'ogg', 'm4a', 'flac', 'opus'],
    image: ['png', 'jpg', 'jpeg', 'webp', 'gif', 'svg', 'avif'],
};
const usual = {
    ...byKind,
    file: ['bin', 'zip', 'json', 'txt', 'pdf', 'glb', ...byKind.video, ...byKind.audio, ...byKind.image],
};

/** Of the file to keep: the URL's extension where it is usual for the kind, else the kind's most usual. */
function keptExtension(kind, url) {
    const last = URL.canParse(url) ? new URL(url).pathname.split('/').pop() : '';
    const [, extension = ''] = /\.([^.]*)$/.exec(last.toLowerCase()) ?? [];
    return usual[kind].includes(extension) ? extension : usual[kind][0];
}

module.exports = { faultOfContent, keptExtension, plainType, saysNothing, tellingBeginning };
