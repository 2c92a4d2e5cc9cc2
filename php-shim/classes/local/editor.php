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

/**
 * Asks the service for everything that the pages need which change custom parameters.
 *
 * The text is always the service's; nothing here writes a line of it.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class editor {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var page The page, which keeps what goes wrong. */
        private readonly page $page,
    ) {
    }

    /**
     * Reads a text.
     *
     * @param string $text Custom parameters.
     * @return answer|null With params and findings.
     */
    public function parse(string $text): ?answer {
        return $this->page->ask(command::call('parse_custom_params', ['text' => $text]), 'params');
    }

    /**
     * Returns what the form offers.
     *
     * @return answer|null With cpulimit, memlimit, actlimit and defurl.
     */
    public function choices(): ?answer {
        return $this->page->ask(command::call('get_param_choices'), 'cpulimit');
    }

    /**
     * Returns the images that the instance's filter lets through.
     *
     * @return string[] Their names; the site's own, which needs no name, is not among them.
     */
    public function images(): array {
        $filter = ['filter' => (string) $this->page->instance->record->imgname_fltr];
        $images = $this->page->ask_host('get_images', 'images', $filter) ?? [];
        $names = array_map(fn(answer $image) => $image->text('name'), $images);
        return array_diff($names, ['default']);
    }

    /**
     * Tells what a save would change.
     *
     * @param activity $activity The activity.
     * @param array $params Struct of its new parameters.
     * @return review|null Null where the service can't say.
     */
    public function review(activity $activity, array $params): ?review {
        $arguments = [
            'params' => $params,
            'context' => $this->context($activity),
            'saved_text' => $activity->text,
        ];
        if (!$this->register([$activity])) {
            return null;
        }
        $built = $this->page->ask(command::call('build_custom_params', $arguments), 'text', true);
        $revision = $built ? $this->revision($activity, $built) : null;
        return $revision ? new review([$revision]) : null;
    }

    /**
     * Tells what copying parameters to other activities would change.
     *
     * @param activity $source Where they come from.
     * @param activity[] $targets Where they go.
     * @return review|null Null where the service can't say.
     */
    public function review_copies(activity $source, array $targets): ?review {
        $targets = array_values($targets);
        $arguments = [
            'source_text' => $source->text,
            'contexts' => array_map($this->context(...), $targets),
        ];
        if (!$this->register($targets)) {
            return null;
        }
        $copies = $this->page->ask(command::call('copy_custom_params', $arguments), 'copies')?->rows('copies') ?? [];
        $revisions = [];
        foreach ($copies as $number => $copy) {
            $revisions[] = isset($targets[$number]) ? $this->revision($targets[$number], $copy) : null;
        }
        $iswhole = $revisions && count($revisions) === count($targets) && !in_array(null, $revisions, true);
        return $iswhole ? new review($revisions) : null;
    }

    /**
     * Makes the volumes on the container host that saved texts need, where the instance says so.
     *
     * @param review $review What was saved.
     */
    public function make_volumes(review $review): void {
        $record = $this->page->instance->record;
        $volumes = array_merge(...array_map(self::new_volumes(...), $review->revisions));
        if (!$record->make_volumes || (string) $record->host === '' || !$volumes) {
            return;
        }
        $arguments = ['volumes' => array_values(array_unique($volumes, SORT_REGULAR))];
        foreach ($this->page->change_host('create_volumes', $arguments) ?? [] as $result) {
            if ($result->text('status') === 'failed') {
                $this->page->warn($result->worded('sentence'));
            }
        }
    }

    /**
     * Returns what the service needs to make the volumes of a text.
     *
     * @param revision $revision What was saved.
     * @return array[] Structs of create_volumes.
     */
    private static function new_volumes(revision $revision): array {
        $volumes = [];
        foreach ($revision->volumes as $name) {
            // Names of other letters are those of volumes that exist since long ago.
            if (preg_match("/^lms_(vol|sub)_([a-z0-9]+)_{$revision->activity->courseid}_/", $name, $found)) {
                $volumes[] = ['role' => $found[1] === 'vol' ? 'task' : 'submit', 'name' => $found[2]];
            }
        }
        return $volumes;
    }

    /**
     * Tells the service of activities that it may not know yet.
     *
     * @param activity[] $activities The activities.
     * @return bool Whether it knows them now.
     */
    private function register(array $activities): bool {
        $entry = fn(activity $one) => $one->entry($this->responsible($one));
        $arguments = ['ltis' => array_values(array_map($entry, $activities))];
        return $this->page->ask(command::call('register_ltis', $arguments), 'registered', true) !== null;
    }

    /**
     * Returns what the service has to know of an activity.
     *
     * @param activity $activity The activity.
     * @return array
     */
    private function context(activity $activity): array {
        return $activity->context($this->responsible($activity), $this->page->instance->course->fullname);
    }

    /**
     * Returns the instance that an activity is registered with.
     *
     * @param activity $activity The activity.
     * @return int Its id.
     */
    private function responsible(activity $activity): int {
        $instance = $this->page->instance;
        $all = activities::instances((int) $instance->course->id);
        return activities::responsible($activity, $all) ?? (int) $instance->record->id;
    }

    /**
     * Reads what the service has made for an activity.
     *
     * @param activity $activity The activity.
     * @param answer $made With text, findings and volumes_to_create.
     * @return revision|null Null where the service can't say what is different.
     */
    private function revision(activity $activity, answer $made): ?revision {
        $text = $made->text('text');
        $changes = [];
        if ($text !== '') {
            $arguments = ['old' => $activity->text, 'new' => $text];
            $answer = $this->page->ask(command::call('diff_custom_params', $arguments), 'changes');
            if ($answer === null) {
                return null;
            }
            $changes = $answer->rows('changes');
        }
        return new revision($activity, $text, $made->rows('findings'), $changes, $made->texts('volumes_to_create'));
    }
}
