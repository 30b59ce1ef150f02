"""Floor 7: the desk. The only floor with Qt; nothing here holds a truth that is not in `state.AppState` or in the store."""
