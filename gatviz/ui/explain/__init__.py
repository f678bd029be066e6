"""The Explain workspace: does attention tell what a node's answer rests on?"""
