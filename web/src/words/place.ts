/** The name of a place beside a text that may have it already. */
import type { Name, Place } from '../api/types';
import { words } from './i18n.svelte';

/** The name of `place`; empty where `said` names it, so that it is read once. */
export function placeUnsaid(said: string, place: Place | null | undefined): string {
  const name = words.name(place?.label as Name | undefined);
  return said.includes(name) ? '' : name;
}
