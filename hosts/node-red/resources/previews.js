// The sidebar tab that plays the videos that nodes make, the newest first.
import { text } from './field_values.js';

const most = 20;
const tabId = 'workflow-nodes-previews';

function button(icon, label, onClick) {
    const $button = $('<button type="button" class="red-ui-button red-ui-button-small">')
        .append($('<i>', { class: 'fa ' + icon }))
        .attr('aria-label', label)
        .on('click', onClick);
    RED.popover.tooltip($button, label);
    return $button;
}

function copy(url) {
    RED.clipboard.copyText(url);
    RED.notify(text('previews.copied'), { timeout: 1500 });
}

function card(preview) {
    const $video = $('<video controls loop muted playsinline preload="auto">').attr('src', preview.url);
    const $card = $('<div class="wfn-card">').attr('data-preview', preview.id);
    $video.on('error', () => $video.replaceWith($('<div class="wfn-unplayable">').text(text('previews.unplayable'))));
    $video.on('loadeddata', () => $video[0].play().catch(() => {}));
    $('<div class="wfn-card-head">')
        .append($('<a href="#">').text(preview.title).attr('title', text('previews.reveal')).on('click', (event) => {
            event.preventDefault();
            RED.view.reveal(preview.node);
        }))
        .append($('<time>').text(new Date(preview.time).toLocaleTimeString()))
        .append(button('fa-clipboard', text('previews.copy'), () => copy(preview.url)))
        .append(button('fa-external-link', text('previews.open'), () => window.open(preview.url, '_blank', 'noopener')))
        .appendTo($card);
    return $card.append($video);
}

export function addPreviews() {
    const $list = $('<div class="wfn-previews">');
    const $none = $('<p class="wfn-none">').text(text('previews.none'));
    const $content = $('<div class="wfn-sidebar">').append($none, $list);

    const add = (preview) => {
        if ($list.children(`[data-preview="${preview.id}"]`).length) {
            return;
        }
        $list.prepend(card(preview));
        $list.children().slice(most).remove();
        $none.hide();
    };
    const clear = () => {
        $list.empty();
        $none.show();
    };

    RED.sidebar.addTab({
        id: tabId,
        label: text('previews.title'),
        name: text('previews.title'),
        iconClass: 'fa fa-film',
        content: $content,
        toolbar: $('<div>').append(button('fa-trash', text('previews.clear'), clear)),
        enableOnEdit: true,
    });
    RED.actions.add('workflow-nodes:show-videos', () => RED.sidebar.show(tabId));

    let shown = false; // the tab comes to the front once; afterwards it stays where the user left it
    RED.comms.subscribe('workflow-nodes/preview', (topic, preview) => {
        add(preview);
        if (!shown) {
            RED.sidebar.show(tabId);
        }
        shown = true;
    });
    $.getJSON('workflow-nodes/previews', (latest) => latest.reverse().forEach(add));
}
