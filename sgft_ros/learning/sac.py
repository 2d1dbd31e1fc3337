"""Soft actor-critic (Haarnoja et al. 2018): the base of SGFT-SAC, and its rival."""

from collections.abc import Mapping

from sgft_ros.learning.actor_critic import ActorCritic
from sgft_ros.learning.heads import of_heads, to_heads
from sgft_ros.learning.inference import LOG_STD_RANGE
from sgft_ros.learning.squashed_gaussian import squashed, squashed_gradient
import torch

clamp_backward = torch.ops.aten.hardtanh_backward.default


class SAC(ActorCritic):
    """
    y = r + gamma (1-d) (min_i Q_i(s', a') - alpha log pi(a'|s')); infinite horizon.

    Its gradients are written out: networks of this size are done with their arithmetic before
    autograd is done with its bookkeeping.
    """

    def sample(
        self, observation: torch.Tensor, heads: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """
        Sample the policies of `heads` (batch, n).

        Return actions (batch, n, action) and their log densities (batch, n).
        """
        mean, log_std, noise = self._gaussian(self.actor(observation), heads)
        return squashed(mean, log_std.clamp(*LOG_STD_RANGE), noise)

    def target_q(
        self, observation: torch.Tensor, action: torch.Tensor, heads: torch.Tensor,
    ) -> torch.Tensor:
        """Return Q_h(s, a_h) (batch, n) of the targets, for actions (batch, n, action)."""
        values = self.target(pairs(observation, action))
        values = of_heads(values, heads.reshape(-1, 1), self.heads).view(-1, *heads.shape)
        return self.combined(values)

    def combined(self, values: torch.Tensor) -> torch.Tensor:
        """Return one target (...) of those of all critics (critics, ...)."""
        return values.amin(0)

    def aim(self, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """
        Return what the policy maximises (...), given the values (critics, ...) of its action.

        And the gradient (critics, ...) of each with respect to the values.
        """
        least = values.amin(0)
        return least, (values == least).to(values.dtype)

    def reward(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the reward that this learner maximises (batch,)."""
        return batch['reward']

    def successor(self, heads: torch.Tensor) -> torch.Tensor:
        """Return the heads that tell what follows each of `heads`."""
        return heads

    def going_on(
        self, batch: Mapping[str, torch.Tensor], heads: torch.Tensor,
    ) -> torch.Tensor:
        """Return 1 where something follows, 0 where nothing does (batch, 1 or n)."""
        return (1.0 - batch['terminated'])[:, None]

    @torch.no_grad()
    def critic_target(
        self, batch: Mapping[str, torch.Tensor], heads: torch.Tensor,
        sampled: tuple[torch.Tensor, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """
        Return y_h (batch, n) for `heads` (batch, n).

        :param sampled: at s', as :meth:`sample` returns it, of what follows `heads`; drawn if None
        """
        observation, following = batch['next_observation'], self.successor(heads)
        action, log_density = sampled or self.sample(observation, following)
        next_q = self.target_q(observation, action, following)
        continuation = torch.addcmul(next_q, self.alpha, log_density, value=-1.0)
        return torch.addcmul(self.reward(batch)[:, None], self.going_on(batch, heads),
                             continuation, value=self.discount)

    @torch.inference_mode()
    def critic_gradient(
        self, batch: Mapping[str, torch.Tensor], heads: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """
        Return the loss of the critics and its gradient with respect to their parameters.

        The loss is the mean squared error over `heads` (batch, n), summed over the critics.
        """
        values, tape = self.critic.evaluate(torch.cat([batch['observation'], batch['action']], -1))
        loss, to_values = self._regression(values, self.critic_target(batch, heads), heads)
        return loss, self.critic.gradients(tape, to_values)[0]

    @torch.inference_mode()
    def gradients(
        self, batch: Mapping[str, torch.Tensor], heads: torch.Tensor,
    ) -> tuple[tuple[torch.Tensor, torch.Tensor], tuple[dict[str, torch.Tensor], torch.Tensor]]:
        """
        Return loss and gradient of the critics, see `critic_gradient`, and those of the policy.

        The loss of the policy is the mean of alpha log pi_h(a|s) - Q_h(s, a) over `heads`
        (batch, n). It comes with 'entropy' and 'q_mean', by name.

        Each network is evaluated once: the actor at s and s', the critics at the actions of the
        replay and at new ones.
        """
        rows, size = batch['observation'].shape
        observation, alpha, each = batch['observation'], self.alpha, 1.0 / heads.numel()
        outputs, tape = self.actor.evaluate(torch.cat([observation, batch['next_observation']]))
        mean, log_std, noise = self._gaussian(
            outputs, torch.cat([heads, self.successor(heads)]))
        bounded = log_std.clamp(*LOG_STD_RANGE)
        action, log_density = squashed(mean, bounded, noise)
        target = self.critic_target(batch, heads, (action[rows:], log_density[rows:]))
        action, log_density = action[:rows], log_density[:rows]

        values, critic_tape = self.critic.evaluate(torch.cat([
            torch.cat([observation, batch['action']], -1), pairs(observation, action)]))
        loss, to_replayed = self._regression(values[:, :rows], target, heads)
        row_heads = heads.reshape(-1, 1)  # of the rows with new actions
        q, slope = self.aim(of_heads(values[:, rows:], row_heads, self.heads))
        q = q.view(heads.shape)
        losses = {'actor_loss': (alpha * log_density - q).mean(),
                  'entropy': -log_density.mean(), 'q_mean': q[:, -1].mean()}

        to_new = to_heads(slope * -each, row_heads, self.heads)
        to_critic, to_action = self.critic.gradients(
            critic_tape, torch.cat([to_replayed, to_new], 1), rows, inputs=slice(size, None))
        to_mean, to_log_std = squashed_gradient(
            action, bounded[:rows], noise[:rows], to_action.sum(0).view(action.shape),
            alpha * each)
        to_log_std = clamp_backward(to_log_std, log_std[:rows], *LOG_STD_RANGE)
        to_outputs = to_heads(torch.cat([to_mean, to_log_std], -1)[None], heads, self.heads)
        return (loss, to_critic), (losses, self.actor.gradients(tape, to_outputs)[0])

    def _regression(self, values, target, heads):
        """Return the squared error of values (critics, batch, heads), and its gradient."""
        error = of_heads(values, heads, self.heads) - target[..., None]
        to_values = to_heads(error * (2.0 / heads.numel()), heads, self.heads)
        return error.square().sum() / heads.numel(), to_values

    def critic_step(self, batch: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Take one step of the critics only; return the loss."""
        loss, gradient = self.critic_gradient(batch, self._some_heads(len(batch['reward'])))
        self._follow(critic=gradient)
        return {'critic_loss': loss}

    def step(self, batch: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """
        Take one step of critics, actor and temperature together on a minibatch; return the losses.

        Every head costs an action of its own, hence an evaluation of the critics: each row of the
        minibatch trains the head that acts and some others, drawn anew.

        `batch`: observation, action, next_observation (batch, size), and reward, terminated
        (batch,); SGFT also reads shaped_reward (batch,).
        """
        heads = self._some_heads(len(batch['reward']))
        (critic_loss, to_critic), (losses, to_actor) = self.gradients(batch, heads)
        self._follow(to_actor, to_critic, losses['entropy'] - self.target_entropy)
        return {'critic_loss': critic_loss, **losses, 'temperature': self.alpha}

    def _gaussian(self, outputs, heads):
        """Return mean, unbounded log deviation and noise (batch, n, action) of some heads."""
        mean, log_std = of_heads(outputs, heads, self.heads)[0].chunk(2, -1)
        return mean, log_std, torch.randn(mean.shape, generator=self.generator)

    def _some_heads(self, rows):
        """
        Draw the heads that each row trains (rows, n), the one that acts as the last.

        The others lie evenly spread behind one that is drawn, each as likely as any other.
        """
        others = self.heads - 1
        acting = torch.full((rows, 1), others)
        count = min(self.config.heads_per_row - 1, others)
        if not count:
            return acting
        first = torch.randint(others, (rows, 1), generator=self.generator)
        spread = [(first + k * others // count) % others for k in range(1, count)]
        return torch.cat([first, *spread, acting], 1)


def pairs(observation: torch.Tensor, action: torch.Tensor) -> torch.Tensor:
    """Return observation and action (batch n, size) of each of actions (batch, n, action)."""
    observation = observation[:, None].expand(-1, action.shape[1], -1)
    return torch.cat([observation, action], -1).flatten(0, 1)
