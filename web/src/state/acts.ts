/** Carries out what a person asks for and says how it went. */
import { Refused } from '../api/client';
import type { Message } from '../api/types';
import { message, words } from '../words/i18n.svelte';
import { ui } from './ui.svelte';

/** Why something went wrong: the server's reason, or what the browser says. */
function reasonOf(error: unknown): Message | string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof Refused)) return error.message || error.name;
  if (error.status === 0) return message('refused-unreachable');
  return error.said ?? error.message;
}

/** The same in the reader's language. */
export function why(error: unknown): string {
  const reason = reasonOf(error);
  return typeof reason === 'string' ? reason : words.tell(reason);
}

/** Runs `work`; on success says `done`, on refusal the server's reason. Answers whether it worked. */
export async function attempt(work: () => Promise<unknown>, done?: Message): Promise<boolean> {
  try {
    await work();
    if (done) ui.say(done);
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 0)
      ui.say(message('refused-unreachable'), true);
    else ui.say(message('refused', { reason: reasonOf(error) }), true);
    return false;
  }
}
