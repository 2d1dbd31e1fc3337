"""The picture of a run, report.png, drawn from summary.json and episodes.jsonl."""

from pathlib import Path

import numpy as np
from sgft_ros.report.episodes import EPISODES_FILE, read_episodes
from sgft_ros.report.summary import read_summary

PICTURE_FILE = 'report.png'

INK, MUTED, FAINT = '#1f2933', '#7b8794', '#e4e7eb'
BLUE, TEAL, OCHRE = '#2f6db5', '#178a7e', '#c26d10'
STYLE = {
    'font.size': 10, 'font.family': 'DejaVu Sans', 'text.color': INK, 'axes.labelcolor': INK,
    'axes.edgecolor': MUTED, 'xtick.color': MUTED, 'ytick.color': MUTED,
    'xtick.labelcolor': INK, 'ytick.labelcolor': INK, 'axes.spines.top': False,
    'axes.spines.right': False, 'axes.grid': True, 'grid.color': FAINT, 'axes.axisbelow': True,
    'legend.frameon': False,
}
SMOOTHING = 11  # episodes whose mean the line of a return shows


def draw(folder: Path) -> Path:
    """
    Draw report.png from the files of a run folder; return its path.

    :raises OSError: if a file is missing or cannot be written
    :raises ValueError: if summary.json is not one
    """
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot

    folder = Path(folder)
    summary = read_summary(folder)
    episodes = read_episodes(folder / EPISODES_FILE)
    robots = summary.get('robots')  # if there are several
    with pyplot.rc_context(STYLE):
        figure = pyplot.figure(
            figsize=(7.5 * len(robots) if robots else 9.0, 7.6), layout='constrained')
        figure.suptitle(headline(summary), x=0.01, ha='left', fontsize=11, fontweight='bold')
        if robots:
            _beside_each_other(figure, summary, episodes)
        else:
            _panels(figure, summary, episodes)
        temporary = folder / f'.{PICTURE_FILE}.tmp'
        figure.savefig(temporary, format='png', dpi=150)
        pyplot.close(figure)
    temporary.replace(folder / PICTURE_FILE)
    return folder / PICTURE_FILE


def headline(summary: dict) -> str:
    """Return one line that says how the run went."""
    parts = [summary['title']] if summary.get('title') else []
    robots = summary.get('robots')
    parts.append(f'{len(robots)} robots' if robots else _change(summary))
    minutes, seconds = divmod(round(summary['duration']), 60)
    transitions = grouped(summary['transitions'])
    parts.append(f'{transitions} real transitions, {minutes} min {seconds:02d} s')
    return '  \u00b7  '.join(parts)


def _change(summary):
    """Return how success has changed, in the run or with one of its robots."""
    zero_shot, final = summary['zero_shot'], summary['final']
    if final is None:
        return 'no evaluation was completed'
    if zero_shot is None or final == zero_shot:
        return f'success {final["success"]:.0%}'
    return f'success {zero_shot["success"]:.0%} \u2192 {final["success"]:.0%}'


def grouped(number: float) -> str:
    """Return a count with thin spaces between thousands."""
    return f'{number:,.0f}'.replace(',', '\u2009')


def _beside_each_other(figure, summary, episodes):
    """Draw each robot alone, on the scales of all."""
    first = None
    robots = summary['robots']
    for column, (robot, part) in zip(figure.subfigures(1, len(robots)), robots.items()):
        column.suptitle(f'{robot}  \u00b7  {_change(part)}', fontsize=10)
        rounds = [entry for entry in summary['rounds'] if entry['robot'] == robot]
        panels = _panels(
            column, {**summary, **part, 'transitions': summary['transitions'], 'rounds': rounds},
            [episode for episode in episodes if episode.robot == robot], first)
        panels[-1].set_xlabel('real transitions of all robots')
        first = panels if first is None else first


def _panels(figure, summary, episodes, scales=None):
    """Draw what is known of one robot, on the `scales` of other panels; return the panels."""
    # Of the policy alone: a human's returns say nothing of it.
    training = [episode for episode in episodes
                if not episode.evaluation and not episode.human_steps]
    panels = figure.subplots(3, 1, sharex=True, height_ratios=(2.2, 1.0, 1.0))
    if scales is not None:
        for panel, other in zip(panels, scales):
            panel.sharey(other)
    _success(panels[0], summary)
    _weight_swaps(panels[0], episodes)
    _returns(panels[1], training, 'episode_return', TEAL, 'raw return\nper episode')
    _returns(panels[2], training, 'shaped_return', OCHRE, 'shaped return\nper episode')
    panels[2].set_xlabel('real transitions')
    panels[2].xaxis.set_major_formatter(lambda x, _: grouped(x))
    # Room on both sides: a round at the edge must not be cut in half.
    panels[2].set_xlim(*_span(summary['transitions']))
    figure.align_ylabels(panels)
    return panels


def _span(transitions):
    margin = 0.025 * max(transitions, 1)
    return -margin, max(transitions, 1) + margin


def _success(axes, summary):
    """Draw evaluation success with its interval, the zero-shot level and the goal."""
    axes.set_ylabel('evaluation success')
    axes.set_ylim(-0.06, 1.04)
    axes.set_yticks(np.linspace(0.0, 1.0, 6))
    axes.yaxis.set_major_formatter(lambda y, _: f'{y:.0%}')
    axes.axhline(summary['goal_success'], color=MUTED, linewidth=1.0, linestyle=(0, (1, 3)))
    _label(axes, summary['goal_success'], f'goal {summary["goal_success"]:.0%}')
    rounds = summary['rounds']
    if not rounds:
        return
    if summary['zero_shot']:
        level = summary['zero_shot']['success']
        axes.axhline(level, color=INK, linewidth=1.2, linestyle=(0, (5, 4)))
        _label(axes, level, f'zero-shot {level:.0%}')
    x = [entry['transitions'] for entry in rounds]
    axes.fill_between(
        x, [entry['low'] for entry in rounds], [entry['high'] for entry in rounds],
        color=BLUE, alpha=0.15, linewidth=0, label='95% interval (Wilson)')
    axes.plot(
        x, [entry['success'] for entry in rounds], color=BLUE, linewidth=2.2, marker='o',
        markersize=6, markeredgecolor='white', clip_on=False, zorder=3,
        label=f'success of {rounds[-1]["episodes"]} episodes')


def _label(axes, level, text):
    """Name a horizontal line at its right end, outside the data."""
    axes.annotate(
        text, (1.0, level), xycoords=('axes fraction', 'data'), xytext=(4, 0),
        textcoords='offset points', va='center', fontsize=9, color=MUTED, annotation_clip=False)


def _weight_swaps(axes, episodes):
    """Mark where new weights began to act."""
    at = [transitions for episode in episodes for transitions, _ in episode.swaps]
    if at:
        axes.plot(
            at, np.full(len(at), -0.035), linestyle='none', marker='|', markersize=7,
            markeredgewidth=0.9, color=OCHRE, alpha=0.7,
            label=f'new weights ({len(at)})')
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc='lower left', bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0.0, fontsize=9,
            handletextpad=0.6, columnspacing=2.0)


def _returns(axes, training, name, colour, label):
    """Every training episode as a dot, hollow where it failed, and the running mean."""
    axes.set_ylabel(label)
    known = [episode for episode in training if getattr(episode, name) is not None]
    if not known:
        axes.text(0.5, 0.5, 'no training episode', transform=axes.transAxes, ha='center',
                  va='center', color=MUTED)
        return
    x = np.array([episode.transitions for episode in known])
    y = np.array([getattr(episode, name) for episode in known])
    success = np.array([episode.success for episode in known])
    axes.scatter(x[success], y[success], s=16, color=colour, alpha=0.55, linewidth=0,
                 label='success')
    axes.scatter(x[~success], y[~success], s=14, facecolor='none', edgecolor=colour, alpha=0.55,
                 linewidth=0.9, label='failure')
    reach = SMOOTHING // 2
    mean = [np.mean(y[max(0, i - reach):i + reach + 1]) for i in range(len(y))]
    axes.plot(x, mean, color=colour, linewidth=1.8, label=f'mean of {SMOOTHING}')
    axes.legend(loc='lower left', bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0.0,
                fontsize=8, handletextpad=0.4, columnspacing=1.6)
