"""What the monitor prints: a line of state, a line per evaluation, and the end."""

import math

NOTABLY_BEHIND = 100  # updates
ACTING = 'acting'     # of a policy that waits for nothing


def clock(seconds):
    """Return minutes and seconds as `4:05`."""
    return '{}:{:02d}'.format(*divmod(int(seconds), 60))


def count(number):
    """Return a count with spaces between thousands."""
    return f'{number:,}'.replace(',', ' ')


def state_line(elapsed, phase, episodes, transitions, limit, rounds, policy_version, learner,
               stored, control_loop, errors):
    """
    Return the state of the run as one line.

    `learner` is the last LearnerStatus or None; `control_loop` maps the keys that the policy
    reports in /diagnostics to their texts, where they are known, and `message` to its message;
    `errors` maps nodes to the errors that they report there.
    """
    parts = [
        f'{clock(elapsed):>6}  {phase:<12}',
        f'episodes {episodes:>3}',
        f'transitions {count(transitions):>5} / {count(limit)}',
        f'success {last_successes(rounds):<18}',
        f'policy v{policy_version}',
    ]
    if learner is not None:
        doing = _doing(learner)
        state = f' ({doing})' if doing else ''
        if learner.behind >= NOTABLY_BEHIND:
            state += f', {count(learner.behind)} behind'
        parts.append(f'{learner.updates_per_second:.0f} updates/s{state}')
    if stored is not None:
        parts.append(f'replay {count(stored)}')
    if 'lateness_p99_ms' in control_loop:
        parts.append(f'loop {float(control_loop["lateness_p99_ms"]):.1f} ms late (p99)')
    if int(control_loop.get('missed_ticks', 0)):
        parts.append(f'{control_loop["missed_ticks"]} ticks missed')
    if control_loop.get('state', ACTING) != ACTING and control_loop['message'] != phase:
        message = control_loop['message'].removeprefix(f'{control_loop["state"]}: ')
        parts.append(f'{control_loop["state"]}: {message}')
    parts += [f'{node}: {error}' for node, error in errors.items()]
    return ' | '.join(parts)


def _doing(learner):
    """Return what a learner does other than training all that it has."""
    if learner.phase != 'training':
        return learner.phase
    alone = math.isnan(learner.actor_loss) and not math.isnan(learner.critic_loss)
    return 'critics only' if alone else ''


def last_successes(rounds, shown=3):
    """Return the last evaluations, oldest first, as `5% > 40% > 95%`."""
    if not rounds:
        return 'not evaluated'
    return ' > '.join(f'{evaluation.success:.0%}' for evaluation in rounds[-shown:])


def round_line(evaluation, zero_shot):
    """Return the line that tells of a completed evaluation round."""
    share = f'{evaluation.successes}/{evaluation.episodes} ({evaluation.success:.0%})'
    if zero_shot is None:
        name, change = f'evaluation {evaluation.round}', ''
    elif zero_shot is evaluation:
        name, change = 'zero-shot', ''
    else:
        points = round(100 * (evaluation.success - zero_shot.success))
        name = f'evaluation {evaluation.round}'
        change = f', {points:+d} points against zero-shot'
    return (f'==> {clock(evaluation.elapsed)}  {name}: success {share}{change}, after '
            f'{count(evaluation.transitions)} real transitions, policy '
            f'v{evaluation.policy_version}')


def end_text(outcome, summary, folder):
    """Return the lines that close a run."""
    lines = [
        '',
        f'Run finished: {outcome}, after {count(summary["transitions"])} real transitions and '
        f'{clock(summary["duration"])} min.',
    ]
    zero_shot, final = summary['zero_shot'], summary['final']
    if zero_shot and final != zero_shot:
        lines.append(
            f'  evaluation success  {zero_shot["success"]:.0%} zero-shot, '
            f'{final["success"]:.0%} final, {summary["best_success"]:.0%} best; lowest '
            f'{round(100 * summary["lowest_against_zero_shot"]):+d} points against zero-shot')
    for share, reached in summary['first_reached'].items():
        if reached:
            lines.append(
                f'  {float(share):.0%} first reached  after {count(reached["transitions"])} real '
                f'transitions, {clock(reached["elapsed"])} min')
    loop = summary['control_loop']
    if 'tick_median_ms' in loop:
        lines.append('  control loop        ' + ', '.join(
            f'{key.replace("_", " ")} {value}' for key, value in loop.items()
            if key.startswith(('tick_', 'lateness_', 'missed_'))))
    lines += [f'  error of {node:<10} {error}' for node, error in summary['errors'].items()]
    lines.append(f'  run folder          {folder}')
    return '\n'.join(lines)
