"""The participants' site: pages rendered here, from what the services say over HTTP."""
