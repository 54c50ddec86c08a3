"use strict";

// Shows /jobs.json, once a second. All texts of users go through textContent, never through HTML.

const interval = 1000;
const longestWait = 8000;
const template = document.getElementById("job-template");
const list = document.getElementById("jobs");
const cards = new Map();

const cameraNames = {
    zoom_in: "zoom in", zoom_out: "zoom out", pan_left: "pan left", pan_right: "pan right",
    tilt_up: "tilt up", tilt_down: "tilt down", rotate_clockwise: "rotate clockwise",
    rotate_counterclockwise: "rotate counterclockwise", orbit_left: "orbit left", orbit_right: "orbit right",
};

function seconds(value) {
    return value < 10 ? value.toFixed(1) + " s" : value < 90 ? Math.round(value) + " s" : Math.round(value / 60) + " min";
}

function between(from, to) {
    return seconds(Math.max(0, (to - from) / 1000));
}

function timing(job) {
    const time = (text) => new Date(text);
    switch (job.status) {
        case "queued":
            return "waiting for " + between(time(job.created_at), Date.now());
        case "running":
            return job.eta_seconds === null ? "starting" : "about " + seconds(Math.max(1, Math.round(job.eta_seconds))) + " left";
        case "succeeded":
            return "rendered in " + between(time(job.started_at), time(job.finished_at));
        default:
            return job.started_at ? "after " + between(time(job.started_at), time(job.finished_at)) : "before it started";
    }
}

function sizeText(job) {
    const pixels = job.pixels ? job.pixels.width + "×" + job.pixels.height : "";
    if (!job.size) {
        return pixels || "from the image";
    }
    return pixels ? job.size + ", " + pixels : job.size;
}

// "https://host/a/b/photo.jpg?x=y" -> "host/…/photo.jpg"
function shortUrl(text) {
    try {
        const url = new URL(text);
        const name = url.pathname.split("/").pop();
        return url.host + (url.pathname === "/" + name ? "/" : "/…/") + name;
    } catch {
        return text;
    }
}

function makeCard(job) {
    const card = template.content.firstElementChild.cloneNode(true);
    const part = (selector) => card.querySelector(selector);
    part(".prompt").textContent = job.prompt;
    part(".model").textContent = job.model;
    const camera = cameraNames[job.camera_move] || job.camera_move;
    part(".camera").textContent = job.camera_move_from_prompt ? camera : "slow " + camera + " (none named)";
    part(".negative").textContent = job.negative_prompt || "";
    part(".negative-row").hidden = !job.negative_prompt;
    part(".image").textContent = shortUrl(job.image);
    part(".image").title = job.image;
    if (/^https?:/i.test(job.image)) {
        part(".image").href = job.image;
    }
    part(".id code").textContent = job.id;

    const prompt = part(".prompt");
    const expand = part(".expand");
    if (job.prompt.length > 260) {
        prompt.classList.add("clamped");
        expand.hidden = false;
        expand.addEventListener("click", () => {
            const clamped = prompt.classList.toggle("clamped");
            expand.textContent = clamped ? "Show all" : "Show less";
            expand.setAttribute("aria-expanded", String(!clamped));
        });
    }
    return card;
}

function showVideo(card, job) {
    if (card.querySelector("video")) {
        return;
    }
    const video = document.createElement("video");
    video.src = job.output.video;
    video.controls = true;
    video.muted = true;
    video.loop = true;
    video.playsInline = true;
    video.preload = "metadata";
    video.setAttribute("aria-label", "Rendered video for: " + job.prompt.slice(0, 120));
    card.querySelector(".stage").replaceChildren(video);
    const download = card.querySelector(".download");
    download.href = job.output.video;
    download.download = job.id + ".mp4";
    download.hidden = false;
}

function updateCard(card, job) {
    const part = (selector) => card.querySelector(selector);
    card.dataset.status = job.status;
    part(".badge").textContent = job.status;
    part(".timing").textContent = timing(job);
    part(".size").textContent = sizeText(job);

    const percent = Math.round(job.progress * 100);
    const progress = part(".progress");
    progress.hidden = job.status !== "running";
    progress.setAttribute("aria-valuenow", String(percent));
    progress.setAttribute("aria-label", "Progress of " + job.id);
    progress.firstElementChild.style.width = percent + "%";

    part(".error").hidden = !job.error;
    if (job.error) {
        part(".error strong").textContent = job.error.code;
        part(".error span").textContent = job.error.message;
    }
    if (job.status === "succeeded") {
        showVideo(card, job);
        return;
    }
    const thumbnail = part(".thumbnail");
    if (job.thumbnail && thumbnail.hidden) {
        thumbnail.src = job.thumbnail;
        thumbnail.alt = "The image to animate";
        thumbnail.hidden = false;
    }
    part(".placeholder").textContent = {
        queued: "In the queue", running: job.progress > 0 ? percent + " %" : "Fetching the image",
        failed: "No video", cancelled: "Cancelled",
    }[job.status];
}

function showJobs(jobs) {
    const current = new Set(jobs.map((job) => job.id));
    for (const [id, card] of cards) {
        if (!current.has(id)) {
            card.remove();
            cards.delete(id);
        }
    }
    // Oldest first, each new one put on top: cards that stay are not moved, so videos play on.
    for (const job of jobs.slice().reverse()) {
        if (!cards.has(job.id)) {
            const card = makeCard(job);
            cards.set(job.id, card);
            list.prepend(card);
        }
        updateCard(cards.get(job.id), job);
    }
}

function showCounts(counts) {
    for (const entry of document.querySelectorAll("#counts div")) {
        const count = counts[entry.dataset.status] || 0;
        entry.querySelector("dd").textContent = String(count);
        entry.classList.toggle("some", count > 0);
    }
}

function showEmpty(state) {
    document.getElementById("empty").hidden = state.jobs.length > 0;
    document.getElementById("example").textContent = [
        "curl " + state.base_url + "/v1/image-to-video \\",
        "  -H 'Authorization: Bearer " + (state.any_key ? "any-key" : "YOUR_KEY") + "' \\",
        "  -H 'Content-Type: application/json' \\",
        "  -d '{\"model\": \"Pixel M\", \"size\": \"Landscape HD (16:9)\",",
        "       \"prompt\": \"Slowly zoom in on the mountain\", \"negative_prompt\": null,",
        "       \"image\": \"https://example.com/photo.jpg\"}'",
    ].join("\n");
    document.getElementById("key-note").textContent = state.any_key
        ? "No API key was set for this sandbox: any key that is not empty is accepted."
        : "This sandbox accepts the one API key that it was started with.";
}

function showConnection(state, text) {
    const connection = document.getElementById("connection");
    if (connection.dataset.state !== state) { // a screen reader reads each change aloud
        connection.dataset.state = state;
        connection.textContent = text;
    }
}

async function refresh() {
    try {
        const response = await fetch("/jobs.json", { signal: AbortSignal.timeout(longestWait) });
        if (!response.ok) {
            throw new Error("HTTP status " + response.status);
        }
        const state = await response.json();
        showCounts(state.counts);
        showEmpty(state);
        showJobs(state.jobs);
        const more = document.getElementById("more");
        more.hidden = state.kept <= state.jobs.length;
        more.textContent = "The newest " + state.jobs.length + " of " + state.kept + " jobs.";
        showConnection("live", state.any_key ? "live · any API key accepted" : "live · one API key accepted");
    } catch {
        showConnection("lost", "no connection to the sandbox");
    }
    setTimeout(refresh, interval);
}

refresh();
