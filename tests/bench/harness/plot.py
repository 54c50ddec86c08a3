"""The picture for the README. Needs python3-matplotlib."""

from .figures import problem_of

MODULE, PLAIN, SDK = "#0b6e4f", "#3d5a80", "#9a9a9a"
INK = "#222222"


def _colour(case):
    return MODULE if case["contender"] == "module" else SDK if case["is_sdk"] else PLAIN


def _points(results):
    for case in results.of_scenario("at_once"):
        figures = [results.get(case["name"], figure) for figure in ("cpu_s", "delay_mean_s", "peak_mib", "runs")]
        if not case["tls"] and None not in figures:
            yield case, figures


def draw(results, paths):
    """Returns False when there is nothing to draw."""
    import matplotlib  # not needed for anything else here

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    points = list(_points(results))
    if not points:
        return False
    plt.rcParams.update({"font.size": 9, "font.family": "DejaVu Sans", "svg.hashsalt": "bench", "text.color": INK,
                         "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "axes.edgecolor": "#888888"})
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.9), facecolor="white",
                                         gridspec_kw={"width_ratios": [1.25, 1]})
    _draw_delays(left, points)
    _draw_memory(right, points)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout(pad=1.2, w_pad=2.0)
    for path in paths:
        figure.savefig(path, dpi=200, facecolor="white", metadata={"Date": None} if path.suffix == ".svg" else None)
    return True


def _label(case, jobs, most):
    """A contender that ran with fewer jobs, or lost some, says so in the picture too."""
    text = case["label"]
    if jobs != most:
        text += f" (with {jobs:,.0f})".replace(",", " ")
    return text + (" *" if problem_of(case) else "")


def _draw_delays(axes, points):
    most = max(figures[3] for _, figures in points)
    texts = []
    for case, (cpu, delay, _, jobs) in points:
        # Beside a client that ran with fewer jobs only the cost of one is comparable.
        x = cpu * most / jobs
        axes.plot(x, delay, "o", color=_colour(case), markersize=7, zorder=3)
        texts.append((x, delay, _label(case, jobs, most), _colour(case)))
    axes.set(xscale="log", yscale="log", xlabel=f"CPU seconds for {most:,.0f} jobs".replace(",", " "),
             ylabel="mean delay until noticed, s")
    axes.set_title("All at once: sooner is lower, cheaper is further left", loc="left", fontsize=9.5)
    axes.grid(which="major", color="#e6e6e6", zorder=0)
    axes.minorticks_off()
    _frame(axes, texts)
    _place(axes, texts)


def _frame(axes, texts):
    """Round limits around the points, with room for their names."""
    ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]
    for name, values, room in (("x", [text[0] for text in texts], 2.4), ("y", [text[1] for text in texts], 1.6)):
        low, high = min(values) / room, max(values) * room
        getattr(axes, f"set_{name}lim")(low, high)
        shown = [tick for tick in ticks if low <= tick <= high]
        getattr(axes, f"set_{name}ticks")(shown, [f"{tick:g}" for tick in shown])


def _place(axes, texts):
    """Puts each name beside its point where it covers no other point or name and stays inside."""
    figure = axes.figure
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    from matplotlib.transforms import Bbox

    taken = [Bbox.from_bounds(x - 6, y - 6, 12, 12)
             for x, y in (axes.transData.transform((text[0], text[1])) for text in texts)]
    frame = axes.get_window_extent(renderer)
    spots = [(8, -3, "left"), (-8, -3, "right"), (0, 8, "center"), (0, -14, "center"), (8, 7, "left"),
             (-8, 7, "right"), (8, -13, "left"), (-8, -13, "right"), (0, 19, "center"), (0, -25, "center")]
    for x, y, words, colour in texts:
        best = None
        for rank, (dx, dy, side) in enumerate(spots):
            note = axes.annotate(words, (x, y), xytext=(dx, dy), textcoords="offset points", ha=side, fontsize=8,
                                 color=colour if colour != SDK else "#666666", zorder=4)
            box = note.get_window_extent(renderer)
            outside = max(frame.x0 - box.x0, 0) + max(box.x1 - frame.x1, 0) + max(frame.y0 - box.y0, 0) \
                + max(box.y1 - frame.y1, 0)
            covered = sum(box.overlaps(other) for other in taken)
            cost = (covered + (outside > 0), outside, rank)
            if best is None or cost < best[0]:
                if best:
                    best[1].remove()
                best = (cost, note, box)
            else:
                note.remove()
        taken.append(best[2])


def _draw_memory(axes, points):
    most = max(figures[3] for _, figures in points)
    ordered = sorted(points, key=lambda point: -point[1][2])
    heights = [figures[2] for _, figures in ordered]
    bars = axes.barh(range(len(ordered)), heights, color=[_colour(case) for case, _ in ordered], height=0.62)
    axes.set_yticks(range(len(ordered)), [_label(case, figures[3], most) for case, figures in ordered], fontsize=8)
    axes.bar_label(bars, [f"{height:,.0f}".replace(",", " ") if height >= 100 else f"{height:.1f}"
                          for height in heights], padding=3, fontsize=8)
    axes.set_xlim(0, max(heights) * 1.18)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("peak memory of the process, MiB")
    axes.set_title("Shorter is better", loc="left", fontsize=9.5)
