<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local;

use core\message\message;
use core_user;
use moodle_url;
use stdClass;

/**
 * Tells the administrators that something of the queue was stopped, so that nothing is lost without their knowledge.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class stopped_notice {
    /** @var string Setting: when they were told last. */
    private const TOLD = 'stoppedtold';

    /**
     * Tells them of what was stopped since they were told last; once a day at most.
     */
    public static function send_if_due(): void {
        global $DB;
        $told = (int) get_config('mod_lticontainer', self::TOLD);
        $now = time();
        // A clock that was set back must not keep them from being told.
        if ($told <= $now && $told > $now - DAYSECS) {
            return;
        }
        $where = 'state = :stopped AND timetried >= :told';
        $since = $told <= $now ? $told : 0;
        $count = $DB->count_records_select(queue::TABLE, $where, ['stopped' => queue::STOPPED, 'told' => $since]);
        if ($count) {
            set_config(self::TOLD, $now, 'mod_lticontainer');
            array_map(fn(stdClass $admin) => self::tell($admin, $count), get_admins());
        }
    }

    /**
     * Tells an administrator.
     *
     * @param stdClass $admin The user.
     * @param int $count How many calls were stopped.
     */
    private static function tell(stdClass $admin, int $count): void {
        $numbers = ['count' => $count, 'days' => stopped_calls::DAYS];
        $say = fn(string $name) => get_string_manager()->get_string($name, 'mod_lticontainer', $numbers, $admin->lang);
        $url = (new moodle_url('/mod/lticontainer/queue.php'))->out(false);
        $message = new message();
        $message->component = 'mod_lticontainer';
        $message->name = 'stopped';
        $message->userfrom = core_user::get_noreply_user();
        $message->userto = $admin;
        $message->notification = 1;
        $message->subject = $say('stopped_subject');
        $message->smallmessage = $message->subject;
        $message->fullmessage = $say('stopped_text') . "\n" . $url;
        $message->fullmessageformat = FORMAT_PLAIN;
        $message->fullmessagehtml = '';
        $message->contexturl = $url;
        $message->contexturlname = $say('queue');
        message_send($message);
    }
}
