/** Ties the stage to Streamlit: data in, what the person did out. */

const stages = new WeakMap();

export default function mount({ data, parentElement, setStateValue }) {
  let entry = stages.get(parentElement);
  if (!entry) {
    entry = {};
    entry.stage = new Stage(parentElement, {
      edited: (edits, attempt) => entry.send("edits", { edits, attempt }),
      looked: (focus, weighting) => entry.send("looked", { focus, weighting }),
      asked: (what) => entry.send("asked", { what, count: (entry.count = (entry.count ?? 0) + 1) }),
    });
    stages.set(parentElement, entry);
  }
  entry.send = setStateValue;
  entry.stage.show(data);
  return () => {
    entry.stage.destroy();
    stages.delete(parentElement);
  };
}
