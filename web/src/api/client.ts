/** Reads from the server and acts on it; refusals arrive as [`Refused`] with the server's reason. */
import type { JunctionDetail } from './junction';
import type {
  Accuracy,
  City,
  HistoryPoint,
  JournalRecord,
  Message,
  Network,
  Problem,
  RoadNow,
  Session,
  SignalNow,
  State,
} from './types';

/**
 * The server answered with a problem (RFC 9457), or could not be reached (`status` 0). `said` is
 * the reason for people; without one, `message` holds what there is of words.
 */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly said: Message | null = null,
  ) {
    super(detail);
    this.name = 'Refused';
  }
}

async function request<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Refused(0, 'E-UNREACHABLE', '');
  }
  const body: unknown = await response.json().catch(() => null);
  // The server keeps its own page for signing in; the journal of who asked what stays there.
  if (response.status === 401)
    location.assign(`/sign-in?lang=${document.documentElement.lang.slice(0, 2)}`);
  if (!response.ok) {
    const problem = (body ?? {}) as Partial<Problem>;
    const detail = problem.detail ?? problem.title ?? response.statusText;
    throw new Refused(response.status, problem.code ?? '', detail, problem.message);
  }
  return body as T;
}

const get = <T>(path: string) => request<T>(path);
const post = (path: string, body: unknown = {}) =>
  request<{ accepted: boolean; sequence: number }>(`/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-urbis-request': '1' },
    body: JSON.stringify(body),
  });

export const read = {
  session: () => get<Session>('/api/v1/session'),
  city: () => get<City>('/api/v1/city'),
  network: () => get<Network>('/api/v1/network'),
  places: () => get<GeoJSON.FeatureCollection>('/api/v1/places'),
  state: () => get<State>('/api/v1/state'),
  junction: (id: number) => get<JunctionDetail>(`/api/v1/junctions/${id}`),
  roads: () => get<{ roads: RoadNow[] }>('/api/v1/roads').then((body) => body.roads),
  signals: () => get<{ junctions: SignalNow[] }>('/api/v1/signals').then((body) => body.junctions),
  accuracy: () => get<Accuracy>('/api/v1/accuracy'),
  history: () => get<{ points: HistoryPoint[] }>('/api/v1/history').then((body) => body.points),
  journal: (before: number | null, limit: number) =>
    get<{ records: JournalRecord[] }>(
      `/api/v1/journal?limit=${limit}${before === null ? '' : `&before=${before}`}`,
    ).then((body) => body.records),
};

/** One act over many junctions; one by one where the server has no areas. */
async function together(action: 'take' | 'release', junctions: number[]): Promise<void> {
  try {
    await post('area/control', { action, junctions });
  } catch (error) {
    if (!(error instanceof Refused) || (error.status !== 404 && error.status !== 405)) throw error;
    for (const id of junctions) await post(`junctions/${id}/control`, { action });
  }
}

export const act = {
  pause: () => post('clock', { action: 'pause' }),
  resume: () => post('clock', { action: 'resume' }),
  speed: (speed: number) => post('clock', { action: 'speed', speed }),
  scrub: (at_ms: number) => post('clock/scrub', { at_ms: Math.round(at_ms) }),
  returnToNow: () => post('clock/scrub', { live: true }),
  approve: (id: number, option: number, reason: string) =>
    post(`proposals/${id}/decide`, { verdict: 'approve', option, reason }),
  refuse: (id: number, reason: string) =>
    post(`proposals/${id}/decide`, { verdict: 'refuse', reason }),
  acknowledge: (id: number, note = '') => post(`events/${id}/acknowledge`, { note }),
  acknowledgeProposal: (id: number, note = '') => post(`proposals/${id}/acknowledge`, { note }),
  closeLane: (id: number, reason: string, blockage: boolean) =>
    post(`lanes/${id}/close`, { reason, blockage }),
  openLane: (id: number) => post(`lanes/${id}/open`),
  callAmbulance: (road: number, patient: Record<string, string>) =>
    post('calls', { kind: 'ambulance', road, patient }),
  erasePatient: (id: number, reason: string) => post(`calls/${id}/erase`, { reason }),
  take: (id: number) => post(`junctions/${id}/control`, { action: 'take' }),
  release: (id: number) => post(`junctions/${id}/control`, { action: 'release' }),
  takeArea: (ids: number[]) => together('take', ids),
  releaseArea: (ids: number[]) => together('release', ids),
  setStage: (id: number, stage: number) =>
    post(`junctions/${id}/control`, { action: 'stage', stage }),
  setLaw: (id: number, law: string) => post(`junctions/${id}/control`, { action: 'law', law }),
  stop: (reason: string) => post('stop', { reason }),
  releaseStop: () => post('stop/release'),
};
