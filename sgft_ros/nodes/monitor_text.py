"""What the monitor prints: a line of state, a line per evaluation, and the end."""

import math

NOTABLY_BEHIND = 100  # updates
SILENT = 5.0          # [s] without a status, after which the learner is taken for gone
ACTING = 'acting'     # of a policy that waits for nothing
FINISHED = 'Run finished: '


def clock(seconds):
    """Return minutes and seconds as `4:05`."""
    return '{}:{:02d}'.format(*divmod(int(seconds), 60))


def count(number):
    """Return a count with spaces between thousands."""
    return f'{number:,}'.replace(',', ' ')


def state_line(
    record, control_loop, elapsed, episodes, transitions, limit, learner, silence, stored,
    errors,
):
    """
    Return the state of a run with one robot as one line.

    `control_loop` maps the keys that the policy reports in /diagnostics to their texts, where they
    are known, and `message` to its message; `learner` is the last LearnerStatus or None, after
    which there was `silence` [s]; `errors` maps nodes to the errors that they report in
    /diagnostics.
    """
    return ' | '.join([
        f'{clock(elapsed):>6}  {_phase(control_loop):<12}',
        *_progress(episodes, transitions, limit),
        *_success(record, control_loop),
        *_learning(learner, silence, stored),
        *_control(control_loop),
        *_problems(errors)])


def run_line(robots, elapsed, episodes, transitions, limit, learner, silence, stored, errors):
    """Return what is common to several robots as one line, see :func:`state_line`."""
    return ' | '.join([
        f'{clock(elapsed):>6}  {f"{len(robots)} robots":<12}',
        *_progress(episodes, transitions, limit),
        *_learning(learner, silence, stored),
        *_problems(errors)])


def robot_line(robot, record, control_loop):
    """Return the state of one of several robots, whose `record` this is, as a line below that."""
    return ' | '.join([
        f'{"":>6}  {f"{robot}: {_phase(control_loop)}":<18}',
        *_progress(len(record.episodes), record.steps),
        *_success(record, control_loop),
        *_control(control_loop)])


def _phase(control_loop):
    return control_loop.get('phase', 'starting')


def _progress(episodes, transitions, limit=None):
    of = '' if limit is None else f' / {count(limit)}'
    return f'episodes {episodes:>3}', f'transitions {count(transitions):>5}{of}'


def _success(record, control_loop):
    last = record.episodes[-1].policy_version if record.episodes else 0
    return (f'success {last_successes(record.rounds):<18}',
            f'policy v{control_loop.get("policy_version", last)}')


def _learning(learner, silence, stored):
    if learner is not None and silence > SILENT:
        yield f'learner silent for {silence:.0f} s'
    elif learner is not None:
        doing = _doing(learner)
        state = f' ({doing})' if doing else ''
        if learner.behind >= NOTABLY_BEHIND:
            state += f', {count(learner.behind)} behind'
        yield f'{learner.updates_per_second:.0f} updates/s{state}'
    if stored is not None:
        yield f'replay {count(stored)}'


def _control(loop):
    if 'lateness_p99_ms' in loop:
        yield f'loop {float(loop["lateness_p99_ms"]):.1f} ms late (p99)'
    if int(loop.get('missed_ticks', 0)):
        yield f'{loop["missed_ticks"]} ticks missed'
    if 'tool_displacement' in loop:
        yield f'tool displaced by {loop["tool_displacement"]} mm'
    if loop.get('state', ACTING) != ACTING and loop['message'] != _phase(loop):
        message = loop['message'].removeprefix(f'{loop["state"]}: ')
        yield f'{loop["state"]}: {message}'


def _problems(errors):
    return [f'{node}: {error}' for node, error in errors.items()]


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


def round_line(evaluation, zero_shot, robot=''):
    """Return the line that tells of a completed evaluation round; of several robots, of which."""
    share = f'{evaluation.successes}/{evaluation.episodes} ({evaluation.success:.0%})'
    whose, of_all = (f'{robot}, ', ' of all robots') if robot else ('', '')
    if zero_shot is None:
        name, change = f'evaluation {evaluation.round}', ''
    elif zero_shot is evaluation:
        name, change = 'zero-shot', ''
    else:
        points = round(100 * (evaluation.success - zero_shot.success))
        name = f'evaluation {evaluation.round}'
        change = f', {points:+d} points against zero-shot'
    return (f'==> {clock(evaluation.elapsed)}  {whose}{name}: success {share}{change}, after '
            f'{count(evaluation.transitions)} real transitions{of_all}, {_who(evaluation)}')


def _who(evaluation):
    """Return who acted in an evaluation: one with its version, or several with their episodes."""
    if len(evaluation.acted) == 1:
        return f'by {next(iter(evaluation.acted)) or "policy"} v{evaluation.policy_version}'
    return 'by ' + ', '.join(f'{name} {episodes}' for name, episodes in evaluation.acted.items())


def end_text(outcome, summary, folder):
    """Return the lines that close a run."""
    lines = [
        '',
        f'{FINISHED}{outcome}, after {count(summary["transitions"])} real transitions and '
        f'{clock(summary["duration"])} min.',
    ]
    if 'robots' not in summary:
        lines += _results(summary)
    for robot, part in summary.get('robots', {}).items():
        lines.append(f'  {robot}, {count(part["transitions"])} of them')
        lines += [f'  {line}' for line in _results(part, ' of all robots')]
    lines += [f'  error of {node:<10} {error}' for node, error in summary['errors'].items()]
    lines.append(f'  run folder          {folder}')
    return '\n'.join(lines)


def _results(summary, whose=''):
    """Yield what evaluations and the control loop came to; says `whose` the transitions are."""
    zero_shot, final = summary['zero_shot'], summary['final']
    if zero_shot and final != zero_shot:
        yield (
            f'  evaluation success  {zero_shot["success"]:.0%} zero-shot, '
            f'{final["success"]:.0%} final, {summary["best_success"]:.0%} best; lowest '
            f'{round(100 * summary["lowest_against_zero_shot"]):+d} points against zero-shot')
    if final and not zero_shot:  # of a policy that learned before
        successes, episodes = (sum(each[key] for each in summary.get('rounds', [final]))
                               for key in ('successes', 'episodes'))
        yield f'  evaluation success  {successes} of {episodes} episodes'
    for share, reached in summary['first_reached'].items():
        if reached and zero_shot:
            yield (
                f'  {float(share):.0%} first reached  after {count(reached["transitions"])} real '
                f'transitions{whose}, {clock(reached["elapsed"])} min')
    loop = summary['control_loop']
    if 'tick_median_ms' in loop:
        yield '  control loop        ' + ', '.join(
            f'{key.replace("_", " ")} {value}' for key, value in loop.items()
            if key.startswith(('tick_', 'lateness_', 'missed_')))
