'use strict';
// A node's colour, taken from its icon: a light tint of the icon's first fill, on which the icon and dark text both stand
// out, as on the editor's own nodes.
const neutral = '#dddddd';
const white = 0.65;

function colourOf(iconSvg) {
    const fill = /fill="#([0-9a-f]{6})"/i.exec(iconSvg ?? '')?.[1];
    if (!fill) {
        return neutral;
    }
    const channels = [0, 2, 4].map((at) => parseInt(fill.slice(at, at + 2), 16));
    return `#${channels.map((c) => Math.round(c + (255 - c) * white).toString(16).padStart(2, '0')).join('')}`;
}

module.exports = { colourOf };
