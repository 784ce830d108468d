import { type DataFrame, type InterpolateFunction, LoadingState, type PanelData } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { type HotspanQueryFields, type SpanScope } from '../../api/query';
import { askAgain } from '../../ui/ask-again';
import { variableExists, writeVariable } from '../../ui/panel-selection';
import { type HotspotsOptions } from './options';

export interface Switches {
  /** The panel's data, or what the switched query answered. */
  readonly data: PanelData;
  readonly setType: (profileType: string) => void;
  readonly setScope: (scope: SpanScope) => void;
  /** Asks the same once more. */
  readonly lookAgain: () => void;
}

type Choices = Pick<HotspanQueryFields, 'profileType' | 'spanScope'>;

interface Answer {
  readonly series: DataFrame[];
  readonly error?: string;
}

/**
 * The switches of the panel. Where the dashboard (or a page, in its address) has a variable for one, that is set and the data comes
 * back through the panel's query; else the panel runs its query again with the choice.
 */
export function useSwitches(
  data: PanelData,
  options: HotspotsOptions,
  replaceVariables: InterpolateFunction,
  refId: string | undefined
): Switches {
  const [choices, setChoices] = useState<Choices>({});
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<Answer>();
  const [waiting, setWaiting] = useState(false);
  const asks = round > 0 || Object.keys(choices).length > 0;
  const { series, state } = data;
  useEffect(() => {
    if (!asks || state === LoadingState.Loading || state === LoadingState.Streaming) {
      return;
    }
    let given = true;
    const settle = (next: Answer) => {
      if (given) {
        setAnswer(next);
        setWaiting(false);
      }
    };
    void Promise.resolve()
      .then(() => given && setWaiting(true))
      .then(() => askAgain(data, refId, choices, (frames) => settle({ series: frames })))
      .then(
        (frames) => settle({ series: frames }),
        (error: unknown) => settle({ series: [], error: error instanceof Error ? error.message : String(error) })
      );
    return () => {
      given = false;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `data` is another object at every render of a dashboard
  }, [series, state, choices, round, asks, refId]);
  const { typeVariable, scopeVariable } = options;
  const setType = useCallback(
    (profileType: string) =>
      isShared(typeVariable, replaceVariables)
        ? writeVariable(typeVariable, [profileType])
        : setChoices((before) => ({ ...before, profileType })),
    [typeVariable, replaceVariables]
  );
  const setScope = useCallback(
    (spanScope: SpanScope) =>
      isShared(scopeVariable, replaceVariables)
        ? writeVariable(scopeVariable, [spanScope])
        : setChoices((before) => ({ ...before, spanScope })),
    [scopeVariable, replaceVariables]
  );
  const lookAgain = useCallback(() => setRound((before) => before + 1), []);
  const shown = useMemo(() => shownData(data, asks ? answer : undefined, waiting), [data, asks, answer, waiting]);
  return { data: shown, setType, setScope, lookAgain };
}

function isShared(variable: string, replaceVariables: InterpolateFunction): boolean {
  const onAppPage = locationService.getLocation().pathname.startsWith('/a/');
  return variable !== '' && (onAppPage || variableExists(variable, replaceVariables));
}

function shownData(data: PanelData, answer: Answer | undefined, waiting: boolean): PanelData {
  if (answer === undefined) {
    return waiting ? { ...data, state: LoadingState.Loading } : data;
  }
  const { series, error } = answer;
  const state = waiting ? LoadingState.Loading : error === undefined ? LoadingState.Done : LoadingState.Error;
  return { ...data, series, state, errors: error === undefined ? [] : [{ message: error }] };
}
