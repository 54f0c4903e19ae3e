"""An editor's decision whether an idea takes part."""
