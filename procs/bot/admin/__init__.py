"""What admins do from the chat: one table of actions, pages of the panel, and conversations.

A part that admins use is a room below this one, put into the tables by `admin/panel/admin_set.py`.
It adds rows:

- an **action** is an `AdminAction`: its name, the least role, its effect, whether it asks twice,
  and the commands that do it too (what stands behind the command is `call.words`). The effect runs
  inside of `db.write()`, awaits nothing, and returns an `AdminReply`: the page that the message
  becomes, a toast, the audit rows of what it changed (`changes`, written in the same transaction),
  and what is done after the commit (`show`). It refuses by EffectRefused with a sentence. A button
  for it is `act(label, name, **data)`; `call.data` has that data again.
- a **page** of the panel is an action too, named `page-<name>`, made by `panel_page(...)`; those
  that `main_page.ORDER` names stand on the first page, in that order, once they are in the table.
- a **conversation** is an `AdminConversation`: for each step a function of the call and the message
  that came, under the rules of an effect. `AdminReply.place` begins a conversation, or goes on with
  its next step; a step that returns no place ends it. The action that begins one names it in
  `begins`; an action whose buttons belong to a step names it in `within`, and a press from another
  step is told that it is stale. `prompt(...)` is a page with a way back.

The texts of an action: `admin-act-<name>` in the audit log, `admin-sure-<name>` where it asks
twice; of a conversation, `admin-talk-<name>`.
"""
