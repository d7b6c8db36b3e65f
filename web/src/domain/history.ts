/** Undo and redo: what was written, state by state, as plain JSON. */

const STATES_MAX = 200;

export interface History {
  /** JSON, oldest first. */
  states: string[];
  /** Which one is shown. */
  at: number;
}

export function historyOf(state: unknown): History {
  return { states: [JSON.stringify(state)], at: 0 };
}

/** With a state after the one that is shown; what had been undone before is gone. The same again is no step. */
export function stepped(history: History, state: unknown): History {
  const text = JSON.stringify(state);
  if (history.states[history.at] === text) return history;
  const states = [...history.states.slice(0, history.at + 1), text].slice(-STATES_MAX);
  return { states, at: states.length - 1 };
}

export const mayUndo = (history: History): boolean => history.at > 0;
export const mayRedo = (history: History): boolean => history.at < history.states.length - 1;

/** One step back (-1) or forth (1); the same at either end. */
export function moved(history: History, by: -1 | 1): History {
  const at = history.at + by;
  return at < 0 || at >= history.states.length ? history : { ...history, at };
}

/** The state that is shown. */
export function shownOf<T>(history: History): T {
  return JSON.parse(history.states[history.at] ?? "null") as T;
}
