-- only this
; /* and this */ ;
