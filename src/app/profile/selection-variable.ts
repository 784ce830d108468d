import {
  type VariableValue,
  SceneObjectBase,
  type SceneVariable,
  type SceneVariableState,
  SceneVariableValueChangedEvent,
} from '@grafana/scenes';

interface State extends SceneVariableState {
  value: VariableValue;
}

/**
 * A variable whose value the page sets. Grafana's own multi-value variables drop values that are not among their
 * options; here any method of the profile may be picked.
 */
export class SelectionVariable extends SceneObjectBase<State> implements SceneVariable<State> {
  constructor(name: string, value: VariableValue) {
    super({ type: 'custom', name, value, skipUrlSync: true });
  }

  getValue(): VariableValue {
    return this.state.value;
  }

  getValueText(): string {
    return [this.state.value].flat().join(' + ');
  }

  /** Panels that use the variable ask again. */
  change(value: VariableValue): void {
    if (JSON.stringify(value) !== JSON.stringify(this.state.value)) {
      this.setState({ value });
      this.publishEvent(new SceneVariableValueChangedEvent(this), true);
    }
  }
}
