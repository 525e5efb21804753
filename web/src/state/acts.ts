/** Carries out what a person asks for and says how it went. */
import { Refused } from '../api/client';
import type { Message } from '../api/types';
import { message } from '../words/i18n.svelte';
import { ui } from './ui.svelte';

/** Runs `work`; on success says `done`, on refusal the server's reason. Answers whether it worked. */
export async function attempt(work: () => Promise<unknown>, done?: Message): Promise<boolean> {
  try {
    await work();
    if (done) ui.say(done);
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 0)
      ui.say(message('refused-unreachable'), true);
    else
      ui.say(
        message('refused', { reason: error instanceof Error ? error.message : String(error) }),
        true,
      );
    return false;
  }
}
