-- Keeps other writers of museum of "horrors".select out until the transaction ends.
LOCK "museum of ""horrors"""."select";
